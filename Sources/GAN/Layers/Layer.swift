import Numerics

/// How a forward pass treats batch norm.
package enum ForwardMode: Sendable {
  /// Uses batch statistics and updates the running statistics.
  case training
  /// Uses batch statistics and leaves the running statistics unchanged.
  case batchStatistics
  /// Uses running statistics.
  case runningStatistics
  /// The derivative of a pass along a direction, which is the input. Random layers draw the same numbers as in that
  /// pass.
  case tangent
}

/// The values of one layer's forward pass that its backward pass needs.
///
/// Sendable: a thread writes only the samples and channels of its own iteration.
struct LayerRecord: @unchecked Sendable {
  /// The layer's output; an in-place layer has overwritten its input with it.
  let output: Tensor
  /// Of a batch norm, [group][channel]: the mean, and 1 / standard deviation.
  let mean: Floats?
  let inverse: Floats?
  /// Of a batch norm, [sample][2][channel]: statistics of single samples.
  let sampleStatistics: UnsafeMutablePointer<Double>?
  /// nil if nothing is random in this pass.
  let randomness: PassRandomness?
  /// In a tangent pass, the layer's output at the point where the derivative is taken.
  let point: Tensor?
}

/// One layer of a network with its parameters. Layers keep no activations; a `Pass` does.
protocol Layer: AnyObject, Sendable {
  var name: LayerName { get }
  /// Kind and settings, for tables.
  var description: String { get }
  /// The algorithms of its passes; nil if there is no choice.
  var algorithms: KernelSettings.Layer? { get }
  /// Shape of one sample of its output.
  var outputShape: Shape { get }
  /// Whether it overwrites its input.
  var isInPlace: Bool { get }
  /// Whether its backward pass turns the output's gradient into the input's in place.
  var overwritesGradient: Bool { get }
  /// Whether its backward pass reads its output.
  var needsOutput: Bool { get }
  /// Whether its backward pass reads more of its output than signs: no later layer may then overwrite the output.
  var readsOutputValues: Bool { get }
  /// Entries of `LayerRecord.mean` for a group; 0 for layers without statistics.
  var statisticsCount: Int { get }
  var parameters: [ParameterTensor] { get }
  var buffers: [ParameterTensor] { get }

  /// Gives the layer the network's flat parameters and buffers.
  func attach(parameters: Floats, buffers: Floats)

  /// The part of `forward` that reads only some channels of some samples of the input. Any thread calls it, before
  /// `forward`, once for each channel of each sample, as soon as the previous layer has written these.
  func beginForward(
    _ input: Tensor, into record: LayerRecord, samples: Range<Int>, channels: Range<Int>, mode: ForwardMode)

  /// Collective if it needs batch statistics.
  ///
  /// - Parameter finished: to be called once for each channel of each sample of the output, when it is complete.
  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) throws

  /// The part of `backward` that reads only some channels of some samples of the output's gradient; called like
  /// `beginForward`.
  func beginBackward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, samples: Range<Int>, channels: Range<Int>,
    layout: BatchLayout)

  /// Computes the input's gradient from `gradient`, the output's: in place if `overwritesGradient`, otherwise into
  /// `inputGradient`, if given. Collective if it needs batch statistics.
  ///
  /// - Parameters:
  ///   - sums: receives the parameters' gradients; nil to compute none.
  ///   - finished: to be called once for each channel of each sample of the input's gradient, when it is complete.
  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) throws
}

extension Layer {
  var algorithms: KernelSettings.Layer? { nil }
  var overwritesGradient: Bool { true }
  var needsOutput: Bool { true }
  var readsOutputValues: Bool { false }
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

/// The name of a layer in tables and messages.
package enum LayerName: Hashable, Sendable, CustomStringConvertible {
  /// An entry of the layer list, by its index in nn.Sequential. A layer that computes two entries has the first one's
  /// index.
  case entry(Int)
  /// The layer that adds `train.inputNoise` to the input in training; no entry of the list, without parameters.
  case inputNoise
  /// The layer of `train.differentiableAugmentation`; like `inputNoise`.
  case augmentation

  /// `2`, or the setting that the layer stands for.
  package var description: String {
    switch self {
    case .entry(let index): "\(index)"
    case .inputNoise: "inputNoise"
    case .augmentation: "augmentation"
    }
  }
}
