import Numerics

/// Small per-shard values, reduced over all shards of all ranks by the tree: moments, sums, losses.
package final class ShardStatistics {
  /// Doubles of one shard and group.
  package let width: Int
  private let groups: Int
  private let peers: any Peers
  private let leaves: UnsafeMutablePointer<Double>
  private let own: UnsafeMutablePointer<Double>
  private let all: UnsafeMutablePointer<Double>

  /// - Parameter groups: the most groups of a pass.
  package init(width: Int, groups: Int, peers: any Peers, arena: Arena) {
    self.width = width
    self.groups = groups
    self.peers = peers
    let reduction = peers.reduction
    leaves = arena.doubles(groups * reduction.range.count * width)
    own = arena.doubles(reduction.nodes.count * groups * width)
    all = arena.doubles(reduction.allNodes.count * groups * width)
  }

  /// The values of one of this rank's shards, to be written before `reduce`.
  package func leaf(group: Int, shard: Int) -> UnsafeMutablePointer<Double> {
    leaves + (group * peers.reduction.range.count + shard) * width
  }

  /// Reduces the leaves of `groups` groups, so that `total` has the values of each. Collective.
  ///
  /// - Parameter combine: merges `right` into `left`.
  package func reduce(
    groups: Int, combine: (_ left: UnsafeMutablePointer<Double>, _ right: UnsafeMutablePointer<Double>) -> Void
  ) throws {
    precondition(groups <= self.groups, "planned for \(self.groups) groups")
    func merge(_ left: UnsafeMutablePointer<Double>, _ right: UnsafeMutablePointer<Double>)
      -> UnsafeMutablePointer<Double>
    {
      combine(left, right)
      return left
    }
    for (node, operations) in peers.reduction.local.enumerated() {
      for group in 0..<groups {
        let value = operations.run({ leaf(group: group, shard: $0) }, combine: merge)
        (own + (node * groups + group) * width).update(from: value, count: width)
      }
    }
    try peers.gather(own, perNode: groups * width, into: all)
    for group in 0..<groups {
      let root = peers.reduction.root.run({ all + ($0 * groups + group) * width }, combine: merge)
      precondition(root == total(group: group), "a tree's first value holds its total")
    }
  }

  /// A group's values after `reduce`, until the next one; they are in the first node's place.
  package func total(group: Int) -> UnsafeMutablePointer<Double> { all + group * width }

  /// Reduces by addition. Collective.
  package func sum(groups: Int) throws {
    try reduce(groups: groups) { left, right in
      for index in 0..<width { left[index] += right[index] }
    }
  }
}
