import Tensor

/// Adds the nodes' sums of one slice in the tree's order, group by group, then the groups: a complete gradient.
package struct NodeReduction {
  private let root: [ShardTree.Operation]
  private let kernels: Kernels

  package init(_ reduction: ShardReduction, kernels: Kernels) {
    root = reduction.root
    self.kernels = kernels
  }

  /// Reduces `count` elements in place.
  ///
  /// - Parameter buffer: where group g's node n is, n counting all ranks' nodes.
  /// - Returns: where the complete sum is: the buffer of group 0, node 0.
  package func reduce(groups: Int, count: Int, _ buffer: (_ group: Int, _ node: Int) -> Floats) -> Floats {
    var total: Floats?
    for group in 0..<groups {
      let sum = root.run { node in
        buffer(group, node)
      } combine: { left, right in
        kernels.add(left, right, count: count)
        return left
      }
      if let total { kernels.add(total, sum, count: count) } else { total = sum }
    }
    return total!
  }
}
