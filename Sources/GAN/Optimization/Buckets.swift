import Numerics

/// The portions in which gradients are exchanged: whole layers from the last to the first, as backward completes them,
/// enough for an efficient message. A layer that is too large for one message is split.
package struct Buckets {
  /// The most floats of a bucket: 128 MB. A rank then receives fewer than 2³¹ floats of a group, the limit of MPI's
  /// 32-bit integers: at most 62 nodes of each other rank, since a batch has fewer than 2³¹ samples.
  package static let largest = 1 << 25

  /// Flat ranges in the order of completion.
  package let ranges: [Range<Int>]
  /// For each bucket, the place of the layer that completes it.
  private let completedBy: [Int]

  init(_ network: Network) {
    self.init(layers: network.layers.map { $0.parameters.first?.offset }, count: network.flatCount)
  }

  /// - Parameters:
  ///   - layers: offset of each layer's parameters, a multiple of 16; nil for a layer without parameters.
  ///   - count: floats of the flat parameters.
  ///   - minimum: floats that complete a bucket.
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
