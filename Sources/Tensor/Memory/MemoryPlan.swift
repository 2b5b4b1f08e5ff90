/// Places in one region for blocks that are needed at different times: blocks that are held at the same time never
/// overlap. A plan is made by going through the work once, holding and releasing, as if with malloc and free.
///
/// Blocks are placed in order of size, the largest first, each in the lowest gap that all blocks of its time leave it
/// (Pisarchyk & Lee 2020, arXiv 2001.03288, "greedy by size").
package struct MemoryPlan {
  /// A place in the region; known once the plan is complete.
  package final class Block {
    /// Floats.
    package let count: Int
    /// First float in the region.
    package fileprivate(set) var offset: Int?
    fileprivate let start: Int
    fileprivate var end = Int.max

    fileprivate init(count: Int, start: Int) {
      self.count = count
      self.start = start
    }

    fileprivate func isHeld(with other: Block) -> Bool { start < other.end && other.start < end }
  }

  private var blocks: [Block] = []
  private var now = 0

  package init() {}

  /// A block of `count` floats, needed from now on.
  package mutating func hold(_ count: Int) -> Block {
    // Blocks begin on cache lines.
    let block = Block(count: (count + 15) / 16 * 16, start: now)
    blocks.append(block)
    now += 1
    return block
  }

  /// The block is not needed from now on.
  package mutating func release(_ block: Block) {
    precondition(block.end == .max, "released twice")
    block.end = now
    now += 1
  }

  /// Gives every block its place; blocks that were not released are needed to the end.
  ///
  /// - Returns: floats of the region.
  package func complete() -> Int {
    var placed: [Block] = []
    for block in blocks.sorted(by: { $0.count > $1.count }) {
      var offset = 0
      for other in placed where other.isHeld(with: block) {
        if other.offset! >= offset + block.count { break }
        offset = max(offset, other.offset! + other.count)
      }
      block.offset = offset
      placed.insert(block, at: placed.firstIndex { $0.offset! > offset } ?? placed.count)
    }
    return blocks.map { $0.offset! + $0.count }.max() ?? 0
  }
}
