import Numerics

/// Images as numbers: [count, channels, height, width] in [−1, 1].
package struct ImageArray: Sendable, Equatable {
  package let count: Int
  package let channels: Int
  package let height: Int
  package let width: Int
  package var values: [Float]

  package init(count: Int, channels: Int, height: Int, width: Int, values: [Float]) {
    precondition(values.count == count * channels * height * width, "one value a pixel and channel")
    (self.count, self.channels, self.height, self.width) = (count, channels, height, width)
    self.values = values
  }

  /// Values of one image.
  package var imageSize: Int { channels * height * width }

  package func image(_ index: Int) -> ArraySlice<Float> { values[index * imageSize..<(index + 1) * imageSize] }

  /// The values image by image, row by row, with a pixel's channels together.
  package var channelsLast: [Float] {
    var result = values
    let area = height * width
    for image in 0..<count {
      for channel in 0..<channels {
        for pixel in 0..<area {
          result[image * imageSize + pixel * channels + channel] = values[image * imageSize + channel * area + pixel]
        }
      }
    }
    return result
  }
}
