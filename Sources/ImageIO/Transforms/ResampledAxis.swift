/// One axis of a bilinear resize: the window of source pixels of each target pixel, and their weights in fixed point.
struct ResampledAxis {
  /// Fraction bits of `weights`.
  let precision: Int
  /// First source pixel of each target pixel's window.
  let starts: [Int]
  /// Pixels in every window; one with fewer is filled up with weights 0.
  let taps: Int
  /// `count` × `taps`
  let weights: [Int32]

  /// Target pixels.
  var count: Int { starts.count }

  private typealias Window = (first: Int, weights: [Int32])

  /// - Parameters:
  ///   - source: pixels of the source.
  ///   - target: pixels of the whole target.
  ///   - kept: which of them are wanted.
  init(from source: Int, to target: Int, keeping kept: Range<Int>, antialias: Bool) {
    let scale = Double(source) / Double(target)
    precision = antialias ? 22 : 11
    let windows = kept.map { position in
      let centre = (Double(position) + 0.5) * scale
      return antialias ? Self.triangle(at: centre, scale, source) : Self.nearestTwo(at: centre, source)
    }
    let taps = windows.map(\.weights.count).max() ?? 1
    // A window that would reach past the end moves to the left, so that all have the same length inside the picture.
    let starts = windows.map { min($0.first, source - taps) }
    self.taps = taps
    self.starts = starts
    weights = zip(windows, starts).flatMap { window, start in
      let before = [Int32](repeating: 0, count: window.first - start)
      return before + window.weights + [Int32](repeating: 0, count: taps - before.count - window.weights.count)
    }
  }

  /// Pillow's filter: a triangle as wide as the target pixel is in the source, normalized, then 22 bits of fraction.
  private static func triangle(at centre: Double, _ scale: Double, _ source: Int) -> Window {
    let stretch = max(scale, 1)
    let first = max(0, Int(centre - stretch + 0.5))
    let end = min(source, Int(centre + stretch + 0.5))
    let heights = (first..<end).map { max(0, 1 - abs((Double($0) - centre + 0.5) * (1 / stretch))) }
    let sum = heights.reduce(0, +)
    return (first, heights.map { Int32(($0 / sum * 0x1p22).rounded(.toNearestOrAwayFromZero)) })
  }

  /// OpenCV's INTER_LINEAR: between the two nearest pixel centres, the border repeated, 11 bits of fraction.
  private static func nearestTwo(at centre: Double, _ source: Int) -> Window {
    guard source > 1 else { return (0, [0x800]) }
    let place = min(max(centre - 0.5, 0), Double(source - 1))
    let first = min(Int(place), source - 2)
    let second = Int32(((place - Double(first)) * 0x1p11).rounded(.toNearestOrEven))
    return (first, [0x800 - second, second])
  }
}
