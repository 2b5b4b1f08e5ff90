import Numerics

/// One number for each of some layers, group and shard, summed over all shards of all ranks by the tree. It carries what a
/// layer needs of a whole gradient, such as an inner product with it, to the owner of each slice: a rank has only its own
/// nodes' sums of a gradient, or the slice that it owns.
///
/// The numbers travel with the last bucket of gradients, in a message of their own: every owner needs all of them.
package final class LayerScalars {
  /// Layers.
  package let count: Int
  /// This rank's nodes, [node][group][layer], after `reduceShards`.
  package let own: UnsafeMutablePointer<Double>
  /// Those of all ranks, to be filled before `reduceNodes`.
  package let all: UnsafeMutablePointer<Double>
  private let groups: Int
  private let reduction: ShardReduction
  /// [group][shard][layer].
  private let leaves: UnsafeMutablePointer<Double>
  /// [layer].
  private let totals: UnsafeMutablePointer<Double>

  package init(count: Int, groups: Int, reduction: ShardReduction, arena: Arena) {
    self.count = count
    self.groups = groups
    self.reduction = reduction
    leaves = arena.doubles(groups * reduction.range.count * count)
    own = arena.doubles(reduction.nodes.count * groups * count)
    all = arena.doubles(reduction.allNodes.count * groups * count)
    totals = arena.doubles(count)
  }

  /// Doubles of a node.
  package var perNode: Int { groups * count }

  /// Sets a layer's number of one of this rank's shards.
  package func set(_ value: Double, layer: Int, group: Int, shard: Int) {
    leaf(group, shard)[layer] = value
  }

  /// Sets the numbers of one group to 0.
  package func clear(group: Int) {
    leaf(group, 0).update(repeating: 0, count: reduction.range.count * count)
  }

  /// Sums this rank's shards node by node into `own`.
  package func reduceShards() {
    for (node, operations) in reduction.local.enumerated() {
      for group in 0..<groups {
        for layer in 0..<count {
          own[(node * groups + group) * count + layer] = operations.run({ leaf(group, $0)[layer] }, combine: +)
        }
      }
    }
  }

  /// Sums all nodes of `all` group by group, then the groups.
  package func reduceNodes() {
    for layer in 0..<count {
      totals[layer] = (0..<groups).reduce(0) { sum, group in
        sum + reduction.root.run({ all[($0 * groups + group) * count + layer] }, combine: +)
      }
    }
  }

  /// A layer's sum, after `reduceNodes`.
  package func total(layer: Int) -> Double { totals[layer] }

  private func leaf(_ group: Int, _ shard: Int) -> UnsafeMutablePointer<Double> {
    leaves + (group * reduction.range.count + shard) * count
  }
}
