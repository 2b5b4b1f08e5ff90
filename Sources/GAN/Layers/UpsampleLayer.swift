import Numerics

/// Enlarges maps by an integer factor: PyTorch's `Upsample`, nearest or bilinear with `align_corners=False`.
final class UpsampleLayer: Layer {
  package let name: LayerName
  let isInPlace = false
  let overwritesGradient = false
  let needsOutput = false
  let outputShape: Shape
  var description: String { "upsample ×\(scale), \(mode.rawValue)" }

  private let scale: Int
  private let mode: UpsamplingMode
  private let inputShape: Shape
  private let rows: Interpolation
  private let columns: Interpolation
  private let context: ComputeContext

  init(index: Int, scale: Int, _ mode: UpsamplingMode, input: Shape, output: Shape, context: ComputeContext) {
    name = .entry(index)
    self.scale = scale
    self.mode = mode
    self.context = context
    inputShape = input
    outputShape = output
    rows = mode.interpolation(of: input.height, scale: scale)
    columns = mode.interpolation(of: input.width, scale: scale)
    context.workspace.reserve(input.width * input.channels, of: Float.self)
  }

  /// Row by row: interpolates between the rows of the small map, then between the columns.
  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) {
    let (channels, rowCount) = (inputShape.channels, inputShape.width * inputShape.channels)
    context.threads.forEach(layout.samples) { [kernels = context.kernels] sample, thread in
      let (source, row) = (input.sample(sample), context.workspace[thread])
      var target = record.output.sample(sample)
      for place in 0..<rows.count {
        kernels.interpolate(row, from: source, rows, place..<place + 1, channels: rowCount)
        kernels.interpolate(target, from: row, columns, 0..<columns.count, channels: channels)
        target += columns.count * channels
      }
      finished(sample..<sample + 1, 0..<channels)
    }
  }

  /// The adjoint: adds each pixel's gradient to the pixels that it was interpolated from.
  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) {
    guard let inputGradient else { return }
    let (channels, rowCount) = (inputShape.channels, inputShape.width * inputShape.channels)
    context.threads.forEach(layout.samples) { [kernels = context.kernels] sample, thread in
      let (target, row) = (inputGradient.sample(sample), context.workspace[thread])
      var source = gradient.sample(sample)
      target.update(repeating: 0, count: inputShape.sampleCount)
      for place in 0..<rows.count {
        row.update(repeating: 0, count: rowCount)
        kernels.interpolateAdjoint(row, adding: source, columns, 0..<columns.count, channels: channels)
        kernels.interpolateAdjoint(target, adding: row, rows, place..<place + 1, channels: rowCount)
        source += columns.count * channels
      }
      finished(sample..<sample + 1, 0..<channels)
    }
  }
}

extension UpsamplingMode {
  /// Positions of the pixels of a side of `size` · `scale` among those of a side of `size`.
  fileprivate func interpolation(of size: Int, scale: Int) -> Interpolation {
    let positions = (0..<size * scale).map { place in
      self == .nearest ? Float(place / scale) : max(0, (Float(place) + 0.5) / Float(scale) - 0.5)
    }
    return Interpolation(positions: positions, size: size)
  }
}
