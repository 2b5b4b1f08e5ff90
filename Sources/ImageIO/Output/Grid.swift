import Numerics

/// A grid of images as one image, in the layout of torchvision's `make_grid`: row by row, black between and around.
package struct Grid: Hashable, Sendable {
  /// The values that become black and white.
  package enum Range: String, Hashable, Sendable, CaseIterable {
    /// −1 and 1; other values are clamped.
    case fixed = "range"
    /// The smallest and the largest finite value of all images.
    case normalized = "grid"
  }

  /// Images in a row.
  package var columns: Int
  /// Black pixels between and around the images.
  package var padding: Int
  package var range: Range

  package init(columns: Int = 8, padding: Int = 2, range: Range = .fixed) {
    precondition(columns > 0 && padding >= 0, "a grid has columns")
    self.columns = columns
    self.padding = padding
    self.range = range
  }

  /// The grid of `images`, `shape.count` values, channels last. One image alone gets no border, as in torchvision.
  package func image(of images: UnsafeBufferPointer<Float>, shape: Shape) -> Image {
    precondition(shape.samples > 0 && images.count == shape.count, "one value a pixel and channel, one image at least")
    let border = shape.samples == 1 ? 0 : padding
    let across = min(columns, shape.samples)
    let down = (shape.samples + across - 1) / across
    var grid = Image(
      width: (shape.width + border) * across + border, height: (shape.height + border) * down + border,
      channels: shape.channels)
    let (low, high) = ends(of: images)
    let rowCount = shape.width * shape.channels
    for sample in 0..<shape.samples {
      let left = (sample % across) * (shape.width + border) + border
      let top = (sample / across) * (shape.height + border) + border
      for y in 0..<shape.height {
        let from = sample * shape.sampleCount + y * rowCount
        let to = ((top + y) * grid.width + left) * shape.channels
        for i in 0..<rowCount { grid.pixels[to + i] = Self.level(images[from + i], low, high) }
      }
    }
    return grid
  }

  package func image(of images: [Float], shape: Shape) -> Image {
    images.withUnsafeBufferPointer { image(of: $0, shape: shape) }
  }

  private func ends(of images: UnsafeBufferPointer<Float>) -> (low: Float, high: Float) {
    guard range == .normalized else { return (-1, 1) }
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in images where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
    return low <= high ? (low, max(high, low + 1e-5)) : (-1, 1)
  }

  /// 0…255, rounded as torchvision's `save_image` does; a NaN is black.
  private static func level(_ value: Float, _ low: Float, _ high: Float) -> UInt8 {
    let part = (value - low) / (high - low)
    return part > 0 ? UInt8(min(part * 255 + 0.5, 255)) : 0
  }
}
