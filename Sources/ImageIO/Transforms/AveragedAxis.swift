import CImage

/// One axis of a resize with Pillow's antialiased bilinear filter: a triangle as wide as the target pixel is in the
/// source, normalized, with 22 bits of fraction.
struct AveragedAxis {
  /// First source pixel of each target pixel's window.
  let starts: [Int32]
  /// Pairs of source pixels in every window; pixels outside the triangle have weight 0.
  let pairs: Int
  /// `count` × `pairs`
  let weights: [cimage_pair]

  /// Target pixels.
  var count: Int { starts.count }
  /// Source pixels that all windows together cover; the last may lie past the source's end, with weight 0.
  var reach: Range<Int> { starts.isEmpty ? 0..<0 : Int(starts.first!)..<Int(starts.last!) + 2 * pairs }

  /// - Parameters:
  ///   - source: pixels of the source.
  ///   - covered: the part of the source, in its pixels, that the target shows.
  ///   - target: pixels of the whole target.
  ///   - kept: the target pixels to compute.
  init(from source: Int, covered: ClosedRange<Double>, to target: Int, keeping kept: Range<Int>) {
    let scale = (covered.upperBound - covered.lowerBound) / Double(target)
    let stretch = max(scale, 1)
    let centres = kept.map { covered.lowerBound + (Double($0) + 0.5) * scale }
    let windows = centres.map { max(0, Int($0 - stretch + 0.5))..<min(source, Int($0 + stretch + 0.5)) }
    let pairs = ((windows.lazy.map(\.count).max() ?? 0) + 1) / 2
    // A window that would reach past the end moves to the left if the source is wide enough.
    let starts = windows.map { Int32(min($0.lowerBound, max(0, source - 2 * pairs))) }
    self.pairs = pairs
    self.starts = starts
    weights = [cimage_pair](unsafeUninitializedCapacity: kept.count * pairs) { weights, count in
      count = weights.count
      weights.initialize(repeating: cimage_pair())
      for (place, window) in windows.enumerated() {
        func height(_ pixel: Int) -> Double {
          max(0, 1 - abs((Double(pixel) - centres[place] + 0.5) * (1 / stretch)))
        }
        var sum = 0.0
        for pixel in window { sum += height(pixel) }
        for pixel in window {
          let weight = Int32(height(pixel) / sum * 0x1p22 + 0.5)
          let tap = pixel - Int(starts[place])
          weights[place * pairs + tap / 2].set(weight, isSecond: tap % 2 == 1)
        }
      }
    }
  }
}

extension cimage_pair {
  fileprivate mutating func set(_ weight: Int32, isSecond: Bool) {
    let (high, low) = (Int16(weight >> 11), Int16(weight & 0x7FF))
    if isSecond {
      (self.high.second, self.low.second) = (high, low)
    } else {
      (self.high.first, self.low.first) = (high, low)
    }
  }
}
