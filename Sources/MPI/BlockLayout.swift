/// The place of each rank's block in one buffer: its count and offset in elements. MPI 3.1 §5.8.
///
/// The two arrays live as long as this object, at a fixed address: a nonblocking collective reads them until it ends
/// (MPI 3.1 §5.12), and its `Request` keeps this object alive. Make one for each bucket and use it in every step.
package final class BlockLayout {
  let counts: UnsafeMutablePointer<Int32>
  let displacements: UnsafeMutablePointer<Int32>
  /// Number of blocks, one for each rank.
  package let ranks: Int
  /// One past the last element of any block: the least size of a buffer.
  package let extent: Int

  /// Contiguous blocks: rank 0's, rank 1's, … `counts` in elements.
  package convenience init(counts: [Int]) throws(MPIError) {
    var offsets: [Int] = []
    var next = 0
    for count in counts {
      offsets.append(next)
      next += count
    }
    try self.init(counts: counts, offsets: offsets)
  }

  /// Blocks at any place: rank r's is `offsets[r] ..< offsets[r] + counts[r]`, in elements.
  ///
  /// Throws if an offset or a count does not fit MPI's 32-bit integers.
  package init(counts: [Int], offsets: [Int]) throws(MPIError) {
    precondition(counts.count == offsets.count, "\(counts.count) counts, \(offsets.count) offsets")
    precondition(counts.allSatisfy { $0 >= 0 } && offsets.allSatisfy { $0 >= 0 }, "counts and offsets are not negative")
    var extent = 0
    for (count, offset) in zip(counts, offsets) where count > 0 { extent = max(extent, offset + count) }
    _ = try checkedCount("MPI block layout", max(extent, offsets.max() ?? 0))
    self.ranks = counts.count
    self.extent = extent
    self.counts = .allocate(capacity: max(counts.count, 1))
    self.displacements = .allocate(capacity: max(counts.count, 1))
    for rank in counts.indices {
      self.counts[rank] = Int32(counts[rank])
      self.displacements[rank] = Int32(offsets[rank])
    }
  }

  deinit {
    counts.deallocate()
    displacements.deallocate()
  }

  /// Rank `rank`'s block, as indices into the buffer.
  package subscript(rank: Int) -> Range<Int> {
    precondition((0..<ranks).contains(rank), "rank \(rank) of \(ranks)")
    let start = Int(displacements[rank])
    return start..<start + Int(counts[rank])
  }

  func requireFit(_ available: Int, ranks expected: Int) {
    precondition(ranks == expected, "a layout of \(ranks) blocks in a communicator of \(expected) ranks")
    precondition(extent <= available, "blocks reach to element \(extent) of a buffer of \(available)")
  }
}
