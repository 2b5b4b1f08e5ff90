import Numerics

/// In training, sets random elements or whole channels to 0 and divides the others by 1 − `rate`.
final class DropoutLayer: Layer {
  var name: LayerName { .entry(index) }
  let isInPlace: Bool
  let needsOutput = false
  let outputShape: Shape
  var description: String { kind == .element ? "dropout \(rate)" : "dropout \(rate) of channels" }

  private let index: Int
  private let rate: Float
  private let kind: DropoutKind
  private let context: ComputeContext

  init(
    index: Int, rate: Float, _ kind: DropoutKind, isInPlace: Bool, shape: Shape, context: ComputeContext
  ) {
    self.index = index
    self.rate = rate
    self.kind = kind
    self.isInPlace = isInPlace
    self.context = context
    outputShape = shape
    if kind == .channel { context.workspace.reserve(shape.channels, of: Float.self) }
  }

  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) {
    context.threads.forEach(layout.samples) { sample, thread in
      let output = record.output.sample(sample)
      if !isInPlace { output.update(from: input.sample(sample), count: outputShape.sampleCount) }
      if mode == .training || mode == .tangent { drop(output, sample, thread, record, layout) }
      finished(sample..<sample + 1, 0..<outputShape.channels)
    }
  }

  /// Draws the same random numbers as the forward pass, so that dropped elements get no gradient.
  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) {
    context.threads.forEach(layout.samples) { sample, thread in
      drop(gradient.sample(sample), sample, thread, record, layout)
      finished(sample..<sample + 1, 0..<outputShape.channels)
    }
  }

  private func drop(_ values: Floats, _ sample: Int, _ thread: Int, _ record: LayerRecord, _ layout: BatchLayout) {
    guard let randomness = record.randomness else { return }
    let stream = randomness.stream(.dropout, layer: index, sample: sample, layout)
    switch kind {
    case .element: context.kernels.dropout(values, count: outputShape.sampleCount, rate: rate, by: stream)
    case .channel:
      let factors = context.workspace[thread]
      let channels = outputShape.channels
      factors.update(repeating: 1, count: channels)
      context.kernels.dropout(factors, count: channels, rate: rate, by: stream)
      for pixel in 0..<outputShape.area {
        for channel in 0..<channels { values[pixel * channels + channel] *= factors[channel] }
      }
    }
  }
}
