import GAN

/// The layout of the messages of one bucket for one rank; no communication. Counts and offsets are in elements.
///
/// A rank sends nothing to itself: its own nodes are added in place. Offsets count from the bucket's beginning, not
/// from that of the network's parameters, which may have more elements than MPI's 32-bit integers count (MPI 3.1 §5.8);
/// `Buckets.largest` bounds them.
package struct BucketLayout {
  /// One message's blocks, by rank.
  package struct Blocks {
    package let counts: [Int]
    package let offsets: [Int]
  }

  /// Of the flat parameters.
  package let range: Range<Int>
  /// Each rank's slice of the bucket, on boundaries of 16 floats.
  package let slices: Blocks
  /// The l-th nodes of all ranks travel together; a rank with fewer nodes sends nothing.
  package let lanes: [(sent: Blocks, received: Blocks)]
  /// This rank's slice of the flat parameters.
  package let owned: Range<Int>
  /// Elements received for each group.
  package let receivedCount: Int

  /// - Parameter nodes: of each rank.
  package init(_ range: Range<Int>, rank: Int, nodes: [Int]) {
    let size = nodes.count
    let bounds = (0...size).map { min(range.count, (range.count * $0 / size + 15) / 16 * 16) }
    let counts = zip(bounds, bounds.dropFirst()).map { $1 - $0 }
    let starts = Array(bounds.dropLast())
    let own = counts[rank]
    self.range = range
    slices = Blocks(counts: counts, offsets: starts)
    owned = range.lowerBound + bounds[rank]..<range.lowerBound + bounds[rank + 1]
    receivedCount = (nodes.reduce(0, +) - nodes[rank]) * own
    // Counted without this rank's.
    let firstNode = (0..<size).map { other in (0..<other).reduce(0) { $0 + ($1 == rank ? 0 : nodes[$1]) } }
    lanes = (0..<nodes.max()!).map { lane in
      let receives = (0..<size).map { $0 != rank && lane < nodes[$0] }
      return (
        sent: Blocks(counts: (0..<size).map { $0 != rank && lane < nodes[rank] ? counts[$0] : 0 }, offsets: starts),
        received: Blocks(
          counts: receives.map { $0 ? own : 0 },
          offsets: (0..<size).map { receives[$0] ? (firstNode[$0] + lane) * own : 0 })
      )
    }
  }
}
