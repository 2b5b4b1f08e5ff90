/// Sums over shards by the tree, with memory for those that wait for their partner.
struct ShardSums {
  /// The most sums that wait at once, beside the one that stands in its destination.
  static func waiting(shards: Int) -> Int { Int.bitWidth - max(0, shards - 1).leadingZeroBitCount }

  let layout: BatchLayout
  /// `waiting(shards:)` · `count` floats.
  let stack: Floats
  /// Floats of a sum.
  let count: Int

  /// For each group and node: computes its shards' sums and adds them in the tree's order.
  ///
  /// - Parameters:
  ///   - offset: in `sums`, of the destination.
  ///   - shard: writes the sum over the samples of one shard.
  ///   - add: left ← left + right.
  func run(
    into sums: NodeBuffers, at offset: Int, shard: (_ samples: Range<Int>, _ sum: Floats) -> Void,
    add: (_ left: Floats, _ right: Floats) -> Void
  ) {
    for (group, segments) in layout.segments.enumerated() {
      for (node, operations) in layout.reduction.local.enumerated() {
        // The bottom of the stack is the destination itself.
        let destination = sums[group: group, node: node] + offset
        var height = 0
        func slot(_ level: Int) -> Floats { level == 0 ? destination : stack + (level - 1) * count }
        for operation in operations {
          switch operation {
          case .push(let index):
            shard(segments[index], slot(height))
            height += 1
          case .combine:
            height -= 1
            add(slot(height - 1), slot(height))
          }
        }
      }
    }
  }
}
