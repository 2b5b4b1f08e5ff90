import Numerics

/// ReLU, LeakyReLU or tanh. A ReLU or LeakyReLU after a batch norm is part of the batch norm instead.
final class ActivationLayer: Layer {
  enum Function {
    /// max(x, slope · x); slope 0 is ReLU.
    case leakyRelu(slope: Float)
    case tanh
  }

  package let name: LayerName
  let isInPlace: Bool
  let outputShape: Shape
  var description: String {
    switch function {
    case .leakyRelu(0): "ReLU"
    case .leakyRelu(let slope): "LeakyReLU \(slope)"
    case .tanh: "tanh"
    }
  }

  var readsOutputValues: Bool {
    if case .tanh = function { true } else { false }
  }

  private let function: Function
  private let context: ComputeContext

  /// - Parameter isInPlace: whether the layer may overwrite its input. It may not if the input belongs to the caller
  ///   (first layer) or if an activation computes its derivative from it.
  init(index: Int, _ function: Function, isInPlace: Bool, shape: Shape, context: ComputeContext) {
    name = .entry(index)
    self.isInPlace = isInPlace
    self.function = function
    self.context = context
    outputShape = shape
  }

  func beginForward(
    _ input: Tensor, into record: LayerRecord, samples: Range<Int>, channels: Range<Int>, mode: ForwardMode
  ) {
    forEachRun(samples, channels) { [function, isInPlace, kernels = context.kernels] sample, start, count in
      let output = record.output.sample(sample) + start
      if !isInPlace { output.update(from: input.sample(sample) + start, count: count) }
      if mode == .tangent { return }
      switch function {
      case .leakyRelu(let slope): kernels.leakyRelu(output, count: count, slope: slope)
      case .tanh: kernels.tanh(output, count: count)
      }
    }
    // The tangent has the same factors as the gradient in the backward pass.
    if mode == .tangent { multiplyBySlopes(record.output, record, samples: samples, channels: channels) }
  }

  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) {
    context.threads.forEach(layout.samples) { sample, _ in finished(sample..<sample + 1, 0..<outputShape.channels) }
  }

  func beginBackward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, samples: Range<Int>, channels: Range<Int>,
    layout: BatchLayout
  ) {
    multiplyBySlopes(gradient, record, samples: samples, channels: channels)
  }

  private func multiplyBySlopes(_ values: Tensor, _ record: LayerRecord, samples: Range<Int>, channels: Range<Int>) {
    let output = record.point ?? record.output
    switch function {
    case .leakyRelu(let slope):
      for sample in samples {
        context.kernels.leakyReluBackward(
          values.sample(sample), output: output.sample(sample), rows: outputShape.area,
          channels: outputShape.channels, range: channels, slope: slope)
      }
    case .tanh:
      forEachRun(samples, channels) { sample, start, count in
        context.kernels.tanhBackward(
          values.sample(sample) + start, output: output.sample(sample) + start, count: count)
      }
    }
  }

  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) {
    context.threads.forEach(layout.samples) { sample, _ in finished(sample..<sample + 1, 0..<outputShape.channels) }
  }

  /// Calls `body` for each contiguous run of elements: a whole sample, or the `channels` of one pixel.
  private func forEachRun(
    _ samples: Range<Int>, _ channels: Range<Int>, _ body: (_ sample: Int, _ start: Int, _ count: Int) -> Void
  ) {
    let isWhole = channels.count == outputShape.channels
    let runs = isWhole ? 1 : outputShape.area
    for sample in samples {
      for run in 0..<runs {
        body(
          sample, run * outputShape.channels + channels.lowerBound,
          isWhole ? outputShape.sampleCount : channels.count)
      }
    }
  }
}
