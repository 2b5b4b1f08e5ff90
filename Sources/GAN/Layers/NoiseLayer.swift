import Numerics

/// Adds normal noise to its input in training (Sønderby et al. 2016, arXiv 1610.04490, "instance noise").
final class NoiseLayer: Layer {
  let name = LayerName.inputNoise
  let isInPlace = false
  let needsOutput = false
  let outputShape: Shape
  var description: String { "normal noise of standard deviation \(deviation)" }

  private let deviation: Float
  private let context: ComputeContext

  init(deviation: Float, shape: Shape, context: ComputeContext) {
    self.deviation = deviation
    self.context = context
    outputShape = shape
  }

  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) {
    let count = outputShape.sampleCount
    context.threads.forEach(layout.samples) { [kernels = context.kernels] sample, _ in
      let (source, output) = (input.sample(sample), record.output.sample(sample))
      if case .training = mode, let randomness = record.randomness {
        // The purpose separates these numbers from those of entry 0.
        let stream = randomness.stream(.inputNoise, layer: 0, sample: sample, layout)
        kernels.addNormals(output, source, count: count, deviation: deviation, by: stream)
      } else {
        output.update(from: source, count: count)
      }
      finished(sample..<sample + 1, 0..<outputShape.channels)
    }
  }

  /// Passes the gradient on unchanged.
  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) {
    context.threads.forEach(layout.samples) { sample, _ in finished(sample..<sample + 1, 0..<outputShape.channels) }
  }
}
