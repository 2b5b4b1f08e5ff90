import Synchronization

/// Which shards of a batch a rank holds, and how per-shard values of all ranks are reduced to one.
package struct ShardReduction: Sendable {
  package let tree: ShardTree
  /// The shards of this rank.
  package let range: Range<Int>
  /// The maximal whole nodes of this rank, in order.
  package let nodes: [Range<Int>]
  /// The nodes of all ranks, in order: a partition of all shards.
  package let allNodes: [Range<Int>]
  /// The operations that reduce `allNodes` to the root.
  package let root: [ShardTree.Operation]
  /// For each of `nodes` the operations that reduce its shards, counted from 0 within `range`.
  package let local: [[ShardTree.Operation]]

  /// - Parameter ranges: each rank's shards, a partition of 0 ..< shards in order.
  package init(tree: ShardTree, ranges: [Range<Int>], rank: Int) {
    self.tree = tree
    let range = ranges[rank]
    self.range = range
    nodes = tree.nodes(in: range)
    local = nodes.map { node in
      ShardTree.reduction(of: node).map { operation in
        if case .push(let shard) = operation { .push(shard - range.lowerBound) } else { operation }
      }
    }
    allNodes = ranges.flatMap(tree.nodes(in:))
    root = tree.reduction(of: allNodes)
  }

  /// All shards on one rank.
  package init(shards: Int) {
    self.init(tree: ShardTree(shards: shards), ranges: [0..<shards], rank: 0)
  }
}

/// This rank's samples of one pass through a network: `groups` batches one after the other, each cut into the rank's
/// shards. D sees real and fake images as two groups, which batch norm must not mix. A layout is made once and used in
/// every step, so that `blocks` computes its result once.
package final class BatchLayout: Sendable {
  package let reduction: ShardReduction
  /// For each group the samples of each shard, counted from the first sample of the first group. Shards may be empty.
  package let segments: [[Range<Int>]]
  /// Samples of one group over all ranks, the divisor of averages.
  package let globalSamples: Int
  private let knownBlocks = Mutex<[(limit: Int, blocks: [Range<Int>])]>([])

  package init(reduction: ShardReduction, shardSizes: [Int], globalSamples: Int, groups: Int = 1) {
    precondition(shardSizes.count == reduction.range.count, "one size for each own shard")
    self.reduction = reduction
    self.globalSamples = globalSamples
    var start = 0
    segments = (0..<groups).map { _ in
      shardSizes.map { size in
        defer { start += size }
        return start..<start + size
      }
    }
  }

  package var groups: Int { segments.count }
  /// Samples of all groups on this rank.
  package var samples: Int { segments.last?.last?.upperBound ?? 0 }
  package var samplesPerGroup: Int { samples / groups }

  /// All segments cut into runs of at most `limit` samples: units of work. They depend on the segments' sizes alone,
  /// not on the number of threads.
  package func blocks(of limit: Int) -> [Range<Int>] {
    knownBlocks.withLock { known in
      for entry in known where entry.limit == limit { return entry.blocks }
      let blocks = segments.joined().flatMap { segment in
        stride(from: segment.lowerBound, to: segment.upperBound, by: limit).map {
          $0..<min($0 + limit, segment.upperBound)
        }
      }
      known.append((limit, blocks))
      return blocks
    }
  }
}

/// Destinations of the sums over shards: one buffer for each group and each of the rank's nodes, with the same layout.
///
/// Sendable since a thread writes only the elements that its iteration owns.
package struct NodeBuffers: @unchecked Sendable {
  package let groups: Int
  package let nodes: Int
  /// Elements of one buffer.
  package let count: Int
  /// Number of the first group among those of the whole buffers.
  package let firstGroup: Int
  private let data: Floats

  package init(groups: Int, nodes: Int, count: Int, in arena: Arena) {
    self.init(groups: groups, nodes: nodes, count: count, at: arena.floats(groups * nodes * count))
  }

  /// - Parameters:
  ///   - firstGroup: number of the first group among those of the whole buffers.
  ///   - memory: `groups` · `nodes` · `count` floats.
  package init(groups: Int, firstGroup: Int = 0, nodes: Int, count: Int, at memory: Floats) {
    self.groups = groups
    self.firstGroup = firstGroup
    self.nodes = nodes
    self.count = count
    data = memory
  }

  /// The buffers of the groups from `group` on.
  package func from(group: Int) -> NodeBuffers {
    NodeBuffers(
      groups: groups - group, firstGroup: firstGroup + group, nodes: nodes, count: count,
      at: self[group: group, node: 0])
  }

  package subscript(group group: Int, node node: Int) -> Floats {
    data + (group * nodes + node) * count
  }
}
