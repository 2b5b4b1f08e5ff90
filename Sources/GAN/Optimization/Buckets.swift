import Numerics

/// Gradients in the portions in which they are exchanged: whole layers from the last to the first, as backward
/// completes them, each portion large enough to be worth a message; layers that are too large for one message, in pieces.
package struct Buckets {
  /// The most floats of a bucket: 128 MB. A rank then receives less than 2³¹ floats of a group, which MPI's 32-bit integers
  /// count: of each other rank at most 62 nodes, since a batch has less than 2³¹ samples.
  package static let largest = 1 << 25

  /// Flat ranges in the order of completion.
  package let ranges: [Range<Int>]
  /// For each bucket the place of the layer that completes it.
  private let completedBy: [Int]

  init(_ network: Network) {
    self.init(layers: network.layers.map { $0.parameters.first?.offset }, count: network.flatCount)
  }

  /// - Parameters:
  ///   - layers: where each one's parameters begin, multiples of 16; nil where it has none.
  ///   - count: floats of the flat parameters.
  ///   - minimum: floats that fill a bucket.
  package init(layers: [Int?], count: Int, minimum: Int = 1 << 20, maximum: Int = Buckets.largest) {
    precondition(minimum <= maximum && maximum % 16 == 0, "pieces are whole buckets and end as tensors do")
    var ranges: [Range<Int>] = []
    var completedBy: [Int] = []
    var end = count
    for (place, start) in layers.enumerated().reversed() {
      guard let start, end - start >= minimum || start == 0 else { continue }
      while end > start {
        let piece = max(start, end - maximum)..<end
        ranges.append(piece)
        completedBy.append(place)
        end = piece.lowerBound
      }
    }
    self.ranges = ranges
    self.completedBy = completedBy
  }

  /// The buckets that the layer at `place` completes.
  package func completed(by place: Int) -> Range<Int> {
    guard let first = completedBy.firstIndex(of: place) else { return 0..<0 }
    return first..<completedBy.lastIndex(of: place)! + 1
  }
}
