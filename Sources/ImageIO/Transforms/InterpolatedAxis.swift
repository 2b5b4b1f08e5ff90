/// One axis of a resize as OpenCV's INTER_LINEAR: between the two nearest pixel centres, the border repeated, 11 bits
/// of fraction.
struct InterpolatedAxis {
  /// The first of each target pixel's two source pixels.
  let starts: [Int]
  /// The weight of the second; the first has the rest of 2¹¹.
  let weights: [Int32]

  /// Target pixels.
  var count: Int { starts.count }

  /// - Parameters:
  ///   - source: pixels of the source.
  ///   - target: pixels of the whole target.
  ///   - kept: the target pixels to compute.
  init(from source: Int, to target: Int, keeping kept: Range<Int>) {
    let scale = Double(source) / Double(target)
    let places = kept.map { min(max((Double($0) + 0.5) * scale - 0.5, 0), Double(source - 1)) }
    let starts = places.map { min(Int($0), max(0, source - 2)) }
    self.starts = starts
    weights = zip(places, starts).map { Int32((($0 - Double($1)) * 0x1p11).rounded(.toNearestOrEven)) }
  }
}
