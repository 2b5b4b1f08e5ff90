import Tensor

/// Adds the nodes' sums of one slice in the tree's order, group by group, then the groups: a complete gradient.
package struct NodeReduction {
  private let root: [ShardTree.Operation]
  private let kernels: Kernels

  package init(_ reduction: ShardReduction, kernels: Kernels) {
    root = reduction.root
    self.kernels = kernels
  }

  /// Reduces `count` elements in place; the other buffers hold nothing of use afterwards.
  ///
  /// - Parameters:
  ///   - destination: any of group 0's buffers, where the complete sum comes to stand. Every addition that it takes part
  ///     in is made in it, for a + b and b + a have the same bits.
  ///   - buffer: where group g's node n is, n counting all ranks' nodes.
  package func reduce(
    groups: Int, count: Int, into destination: Floats, _ buffer: (_ group: Int, _ node: Int) -> Floats
  ) {
    for group in 0..<groups {
      let sum = root.run { node in
        buffer(group, node)
      } combine: { left, right in
        let (kept, added) = right == destination ? (right, left) : (left, right)
        kernels.add(kept, added, count: count)
        return kept
      }
      if group == 0 {
        precondition(sum == destination, "the destination is one of group 0's buffers")
      } else {
        kernels.add(destination, sum, count: count)
      }
    }
  }
}
