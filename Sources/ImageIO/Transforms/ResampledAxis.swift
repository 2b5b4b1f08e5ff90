/// One axis of a bilinear resize: the window of source pixels of each target pixel, and their weights in fixed point.
struct ResampledAxis {
  /// Fraction bits of `weights`.
  let precision: Int
  /// First source pixel of each target pixel's window.
  private(set) var starts: [Int] = []
  /// Pixels in every window; where the picture's border cuts one, the rest of its weights are 0.
  let taps: Int
  /// `count` × `taps`
  private(set) var weights: [Int32] = []

  /// Target pixels.
  var count: Int { starts.count }

  /// - Parameters:
  ///   - source: pixels of the source.
  ///   - target: pixels of the whole target.
  ///   - kept: which of them are wanted.
  init(from source: Int, to target: Int, keeping kept: Range<Int>, antialias: Bool) {
    let scale = Double(source) / Double(target)
    if antialias {
      // Pillow: a triangle as wide as the target pixel in the source, its weights normalized, then 22 bits of fraction.
      precision = 22
      let stretch = max(scale, 1)
      taps = min(source, Int(stretch.rounded(.up)) * 2 + 1)
      for position in kept {
        let centre = (Double(position) + 0.5) * scale
        let first = max(0, Int(centre - stretch + 0.5))
        let end = min(source, Int(centre + stretch + 0.5))
        let triangle = (first..<end).map { max(0, 1 - abs((Double($0) - centre + 0.5) * (1 / stretch))) }
        let sum = triangle.reduce(0, +)
        append(window: first, of: triangle.map { Int32(($0 / sum * 0x1p22).rounded(.toNearestOrAwayFromZero)) }, source)
      }
    } else {
      // OpenCV's INTER_LINEAR: between the two nearest pixel centres, the border repeated, 11 bits of fraction.
      precision = 11
      taps = min(source, 2)
      for position in kept {
        let place = min(max((Double(position) + 0.5) * scale - 0.5, 0), Double(source - 1))
        let first = min(Int(place), max(0, source - 2))
        let second = Int32(((place - Double(first)) * 0x1p11).rounded(.toNearestOrEven))
        append(window: first, of: taps == 2 ? [0x800 - second, second] : [0x800], source)
      }
    }
  }

  /// Moves a window that would reach past the end to the left, so that every one has `taps` pixels inside the picture.
  private mutating func append(window first: Int, of windowWeights: [Int32], _ source: Int) {
    let start = min(first, source - taps)
    starts.append(start)
    weights.append(contentsOf: repeatElement(0, count: first - start))
    weights.append(contentsOf: windowWeights)
    weights.append(contentsOf: repeatElement(0, count: taps - windowWeights.count - (first - start)))
  }
}
