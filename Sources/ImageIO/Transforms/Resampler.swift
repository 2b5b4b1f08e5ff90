import CImage

/// Separable resampling of 8-bit pixels: horizontally, then vertically, to columns.count × rows.count pixels with a row
/// every `stride` bytes.
enum Resampler {
  /// Each pass rounds to 8 bits, as Pillow's.
  ///
  /// Pillow 13 begins with the vertical pass if the height shrinks much more; results may then differ by one grey
  /// level.
  static func average(
    _ image: Image, columns: AveragedAxis, rows: AveragedAxis, into target: UnsafeMutablePointer<UInt8>, stride: Int
  ) {
    let (width, channels) = (columns.count * image.channels, image.channels)
    let sourceStride = image.width * channels
    let reach = rows.reach
    // The kernel reads two bytes past the last pixel, and pixels of weight 0 if the source is narrower than a window.
    let rowCount = columns.reach.upperBound * channels + 2
    // It also writes one byte past a line.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: reach.count * width + 1) { lines in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(rowCount, sourceStride)) { padded in
        padded.initialize(repeating: 0)
        image.pixels.withUnsafeBufferPointer { pixels in
          for y in reach {
            let line = lines.baseAddress! + (y - reach.lowerBound) * width
            guard y < image.height else {
              line.update(repeating: 0, count: width)
              continue
            }
            var row = pixels.baseAddress! + y * sourceStride
            if y * sourceStride + rowCount > pixels.count {
              padded.baseAddress!.update(from: row, count: sourceStride)
              row = UnsafePointer(padded.baseAddress!)
            }
            cimage_average_columns(
              row, Int32(channels), columns.starts, columns.count, columns.pairs, columns.weights, line)
          }
        }
      }
      rows.weights.withUnsafeBufferPointer { weights in
        for y in 0..<rows.count {
          cimage_average_rows(
            lines.baseAddress! + (Int(rows.starts[y]) - reach.lowerBound) * width, width, rows.pairs,
            weights.baseAddress! + y * rows.pairs, target + y * stride, width)
        }
      }
    }
  }

  /// The fraction is kept between the passes, as OpenCV's.
  static func interpolate(
    _ image: Image, columns: InterpolatedAxis, rows: InterpolatedAxis, into target: UnsafeMutablePointer<UInt8>,
    stride: Int
  ) {
    let channels = image.channels
    // A source of one pixel is its own neighbour.
    let right = image.width > 1 ? channels : 0
    let below = image.height > 1 ? image.width * channels : 0
    image.pixels.withUnsafeBufferPointer { pixels in
      for y in 0..<rows.count {
        let row = pixels.baseAddress! + rows.starts[y] * image.width * channels
        for x in 0..<columns.count {
          let pixel = row + columns.starts[x] * channels
          let weight = columns.weights[x]
          for channel in 0..<channels {
            func line(_ pixel: UnsafePointer<UInt8>) -> Int32 {
              (0x800 - weight) &* Int32(pixel[channel]) &+ weight &* Int32(pixel[right + channel])
            }
            let sum = (0x800 - rows.weights[y]) &* line(pixel) &+ rows.weights[y] &* line(pixel + below)
            target[y * stride + x * channels + channel] = UInt8((sum &+ 1 << 21) >> 22)
          }
        }
      }
    }
  }
}
