import Numerics

/// How a forward pass treats batch norm.
package enum ForwardMode: Sendable {
  /// Batch statistics, and the running ones move.
  case training
  /// Batch statistics, the running ones stay.
  case batchStatistics
  /// Running statistics.
  case runningStatistics
  /// The derivative of a pass along a direction, which is the input; what is random in that pass is the same.
  case tangent
}

/// What one forward pass leaves for the backward pass of one layer.
///
/// Sendable since a thread writes only the samples and channels that its iteration owns.
struct LayerRecord: @unchecked Sendable {
  /// The layer's output; where the layer works in place, its input is there too and is gone.
  let output: Tensor
  /// [group][channel] mean and 1 / standard deviation, of a batch norm.
  let mean: Floats?
  let inverse: Floats?
  /// [sample][2][channel]: what a batch norm has gathered of single samples.
  let sampleStatistics: UnsafeMutablePointer<Double>?
  /// nil where nothing is to be random.
  let randomness: PassRandomness?
  /// In a tangent pass the layer's output at the point where the derivative is taken.
  let point: Tensor?
}

/// A step of a network with its parameters. Layers keep no activations: these belong to a `Pass`.
protocol Layer: AnyObject, Sendable {
  var name: LayerName { get }
  /// What it is, for people.
  var description: String { get }
  /// The algorithms of its passes where there is a choice.
  var algorithms: KernelSettings.Layer? { get }
  /// Shape of one sample of its output.
  var outputShape: Shape { get }
  /// Whether it overwrites its input.
  var isInPlace: Bool { get }
  /// Whether its backward pass turns the output's gradient into the input's in place.
  var overwritesGradient: Bool { get }
  /// Whether its backward pass reads its output.
  var needsOutput: Bool { get }
  /// Entries of `LayerRecord.mean` for a group; 0 for layers without statistics.
  var statisticsCount: Int { get }
  var parameters: [ParameterTensor] { get }
  var buffers: [ParameterTensor] { get }

  /// Takes over the memory of the network's parameters, gradient sums and buffers.
  func attach(parameters: Floats, buffers: Floats)

  /// The part of `forward` that needs nothing but some channels of some samples of the input. Called before it, by any
  /// thread, once for each channel of each sample, when the layer before has just written these.
  func beginForward(
    _ input: Tensor, into record: LayerRecord, samples: Range<Int>, channels: Range<Int>, mode: ForwardMode)

  /// Collective where statistics are needed.
  ///
  /// - Parameter finished: to be called for each channel of each sample of the output, when it is complete.
  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) throws

  /// The part of `backward` that needs nothing but some channels of some samples of the output's gradient; called as
  /// `beginForward` is.
  func beginBackward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, samples: Range<Int>, channels: Range<Int>,
    layout: BatchLayout)

  /// Turns `gradient`, that of the output, into the input's in place where `overwritesGradient`; otherwise writes it into
  /// `inputGradient`, if that is given. Collective where statistics are needed.
  ///
  /// - Parameters:
  ///   - sums: where the parameters' gradients go; nil to compute none.
  ///   - finished: to be called for each channel of each sample of the input's gradient, when it is complete.
  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) throws
}

extension Layer {
  var algorithms: KernelSettings.Layer? { nil }
  var overwritesGradient: Bool { true }
  var needsOutput: Bool { true }
  var statisticsCount: Int { 0 }
  var parameters: [ParameterTensor] { [] }
  var buffers: [ParameterTensor] { [] }
  func attach(parameters: Floats, buffers: Floats) {}
  func beginForward(
    _ input: Tensor, into record: LayerRecord, samples: Range<Int>, channels: Range<Int>, mode: ForwardMode
  ) {}
  func beginBackward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, samples: Range<Int>, channels: Range<Int>,
    layout: BatchLayout
  ) {}
}
