/// The size of a batch of images or feature maps: `samples` × `height` × `width` × `channels`, channels last in memory.
package struct Shape: Hashable, Sendable, CustomStringConvertible {
  package var samples: Int
  package var height: Int
  package var width: Int
  package var channels: Int

  package init(samples: Int, height: Int, width: Int, channels: Int) {
    precondition(samples >= 0 && height > 0 && width > 0 && channels > 0, "a shape needs positive sizes")
    self.samples = samples
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Pixels of one sample's map: `height · width`.
  package var area: Int { height * width }
  /// Rows of the matrix [samples · height · width, channels] that this tensor is in memory.
  package var rows: Int { samples * area }
  /// Elements of one sample.
  package var sampleCount: Int { area * channels }
  /// Elements in all.
  package var count: Int { samples * sampleCount }

  package func with(samples: Int) -> Shape {
    var shape = self
    shape.samples = samples
    return shape
  }

  package var description: String { "\(samples)×\(height)×\(width)×\(channels)" }
}
