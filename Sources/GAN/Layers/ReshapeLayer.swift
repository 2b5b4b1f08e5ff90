import Numerics

/// Changes the shape of a sample, with its elements in PyTorch's order of channels, rows, columns. Memory has channels
/// last, so the elements move.
final class ReshapeLayer: Layer {
  package let name: LayerName
  let isInPlace = false
  let overwritesGradient = false
  let needsOutput = false
  let outputShape: Shape
  var description: String { outputShape.area == 1 ? "flatten" : "reshape" }

  private let inputShape: Shape
  private let context: ComputeContext

  init(index: Int, input: Shape, output: Shape, context: ComputeContext) {
    name = .entry(index)
    self.context = context
    inputShape = input
    outputShape = output
  }

  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) {
    let output = record.output
    context.threads.forEach(layout.samples) { sample, _ in
      move(input.sample(sample), inputShape, to: output.sample(sample), outputShape)
      finished(sample..<sample + 1, 0..<outputShape.channels)
    }
  }

  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) {
    guard let inputGradient else { return }
    context.threads.forEach(layout.samples) { sample, _ in
      move(gradient.sample(sample), outputShape, to: inputGradient.sample(sample), inputShape)
      finished(sample..<sample + 1, 0..<inputShape.channels)
    }
  }

  private func move(_ source: Floats, _ sourceShape: Shape, to target: Floats, _ targetShape: Shape) {
    let (area, channels) = (targetShape.area, targetShape.channels)
    for channel in 0..<channels {
      for pixel in 0..<area {
        let place = channel * area + pixel
        let (sourceChannel, sourcePixel) = place.quotientAndRemainder(dividingBy: sourceShape.area)
        target[pixel * channels + channel] = source[sourcePixel * sourceShape.channels + sourceChannel]
      }
    }
  }
}
