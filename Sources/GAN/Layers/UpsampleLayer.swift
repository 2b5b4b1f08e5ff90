import Tensor

/// Enlarges maps by a whole factor: PyTorch's `Upsample`, nearest or bilinear with `align_corners=False`.
final class UpsampleLayer: Layer {
  let index: Int
  let isInPlace = false
  let overwritesGradient = false
  let needsOutput = false
  let outputShape: Shape
  var description: String { "upsample ×\(scale), \(mode.rawValue)" }

  /// The two pixels of a row or column that a new one lies between, and its distance from the first.
  private struct Neighbours {
    let first: Int
    let second: Int
    let distance: Float
  }

  private let scale: Int
  private let mode: UpsamplingMode
  private let inputShape: Shape
  private let rows: [Neighbours]
  private let columns: [Neighbours]
  private let context: LayerContext

  init(index: Int, scale: Int, _ mode: UpsamplingMode, input: Shape, output: Shape, context: LayerContext) {
    self.index = index
    self.scale = scale
    self.mode = mode
    self.context = context
    inputShape = input
    outputShape = output
    rows = Self.neighbours(input.height, scale, mode)
    columns = Self.neighbours(input.width, scale, mode)
  }

  private static func neighbours(_ size: Int, _ scale: Int, _ mode: UpsamplingMode) -> [Neighbours] {
    (0..<size * scale).map { place in
      if mode == .nearest { return Neighbours(first: place / scale, second: place / scale, distance: 0) }
      let position = max(0, (Float(place) + 0.5) / Float(scale) - 0.5)
      let first = Int(position)
      return Neighbours(first: first, second: min(first + 1, size - 1), distance: position - Float(first))
    }
  }

  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) {
    let output = record.output
    context.threads.forEach(layout.samples) { sample, _ in
      forEachPixel(input.sample(sample), output.sample(sample)) { corners, weights, pixel, channels in
        for channel in 0..<channels {
          let above = weights.left * corners.0[channel] + weights.right * corners.1[channel]
          let below = weights.left * corners.2[channel] + weights.right * corners.3[channel]
          pixel[channel] = weights.above * above + weights.below * below
        }
      }
      finished(sample..<sample + 1, 0..<outputShape.channels)
    }
  }

  /// The adjoint: each pixel's gradient goes to those that it was made of.
  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) {
    guard let inputGradient else { return }
    context.threads.forEach(layout.samples) { sample, _ in
      let target = inputGradient.sample(sample)
      target.update(repeating: 0, count: inputShape.sampleCount)
      forEachPixel(target, gradient.sample(sample)) { corners, weights, pixel, channels in
        for channel in 0..<channels {
          let (above, below) = (weights.above * pixel[channel], weights.below * pixel[channel])
          corners.0[channel] += weights.left * above
          corners.1[channel] += weights.right * above
          corners.2[channel] += weights.left * below
          corners.3[channel] += weights.right * below
        }
      }
      finished(sample..<sample + 1, 0..<inputShape.channels)
    }
  }

  private typealias Corners = (Floats, Floats, Floats, Floats)
  private typealias Weights = (above: Float, below: Float, left: Float, right: Float)

  /// Every pixel of a sample's large map with the four of the small one around it.
  private func forEachPixel(
    _ small: Floats, _ large: Floats, _ body: (Corners, Weights, _ pixel: Floats, _ channels: Int) -> Void
  ) {
    let channels = inputShape.channels
    let width = inputShape.width
    var pixel = large
    for row in rows {
      for column in columns {
        func corner(_ y: Int, _ x: Int) -> Floats { small + (y * width + x) * channels }
        body(
          (
            corner(row.first, column.first), corner(row.first, column.second), corner(row.second, column.first),
            corner(row.second, column.second)
          ),
          (1 - row.distance, row.distance, 1 - column.distance, column.distance), pixel, channels)
        pixel += channels
      }
    }
  }
}
