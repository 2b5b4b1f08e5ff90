/// Separable resampling of 8-bit pixels: horizontally, then vertically.
///
/// With antialiasing each pass rounds to 8 bits, as Pillow's; without, the fraction is kept between them, as OpenCV's.
/// Pillow 13 begins with the vertical pass where the height shrinks much more: it may then differ by one grey level.
enum Resampler {
  /// Writes columns.count × rows.count pixels, a row every `stride` bytes.
  static func resample(
    _ picture: Picture, columns: ResampledAxis, rows: ResampledAxis, into target: UnsafeMutablePointer<UInt8>,
    stride: Int
  ) {
    guard let first = rows.starts.first, let last = rows.starts.last else { return }
    let used = first..<last + rows.taps
    let width = columns.count * picture.channels
    let keepsFraction = columns.precision < 16
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: used.count * width) { lines in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: width) { sums in
        picture.pixels.withUnsafeBufferPointer { pixels in
          for y in used {
            horizontal(
              pixels.baseAddress! + y * picture.width * picture.channels, channels: picture.channels, columns,
              keepsFraction, into: lines.baseAddress! + (y - first) * width)
          }
        }
        for y in 0..<rows.count {
          vertical(
            lines.baseAddress! + (rows.starts[y] - first) * width, width: width, rows, y,
            shift: keepsFraction ? columns.precision + rows.precision : rows.precision, sums.baseAddress!,
            into: target + y * stride)
        }
      }
    }
  }

  private static func horizontal(
    _ row: UnsafePointer<UInt8>, channels: Int, _ columns: ResampledAxis, _ keepsFraction: Bool,
    into line: UnsafeMutablePointer<Int32>
  ) {
    let taps = columns.taps
    let shift = Int32(keepsFraction ? 0 : columns.precision)
    let half: Int32 = keepsFraction ? 0 : 1 << (shift - 1)
    columns.weights.withUnsafeBufferPointer { weights in
      columns.starts.withUnsafeBufferPointer { starts in
        for x in 0..<starts.count {
          let weight = weights.baseAddress! + x * taps
          let pixel = row + starts[x] * channels
          if channels == 3 {
            var (red, green, blue) = (half, half, half)
            for tap in 0..<taps {
              red &+= weight[tap] &* Int32(pixel[3 * tap])
              green &+= weight[tap] &* Int32(pixel[3 * tap + 1])
              blue &+= weight[tap] &* Int32(pixel[3 * tap + 2])
            }
            line[3 * x] = red >> shift
            line[3 * x + 1] = green >> shift
            line[3 * x + 2] = blue >> shift
          } else {
            var grey = half
            for tap in 0..<taps { grey &+= weight[tap] &* Int32(pixel[tap]) }
            line[x] = grey >> shift
          }
        }
      }
    }
  }

  /// One target row from `rows.taps` lines; the weights sum to 1 but for their rounding, hence the clamp.
  private static func vertical(
    _ lines: UnsafePointer<Int32>, width: Int, _ rows: ResampledAxis, _ y: Int, shift: Int,
    _ sums: UnsafeMutablePointer<Int32>, into target: UnsafeMutablePointer<UInt8>
  ) {
    sums.update(repeating: 1 << Int32(shift - 1), count: width)
    for tap in 0..<rows.taps {
      let weight = rows.weights[y * rows.taps + tap]
      let line = lines + tap * width
      for x in 0..<width { sums[x] &+= weight &* line[x] }
    }
    for x in 0..<width { target[x] = UInt8(truncatingIfNeeded: min(max(sums[x] >> Int32(shift), 0), 255)) }
  }
}
