import Numerics
import Synchronization

/// Adds the nodes' sums of one slice in the tree's order, group by group, then the groups. The result is a complete
/// gradient.
package struct NodeReduction: Sendable {
  /// Elements that are checked, then added at a time: few enough to stay in the L1 cache in between.
  private static let block = 1 << 12
  /// Elements of one unit of work.
  private static let portion = 1 << 16

  private let root: [ShardTree.Operation]
  private let nodes: [Range<Int>]
  private let kernels: Kernels

  package init(_ reduction: ShardReduction, kernels: Kernels) {
    root = reduction.root
    nodes = reduction.allNodes
    self.kernels = kernels
  }

  /// Reduces the elements `range` in place. The contents of the other buffers are undefined afterwards.
  ///
  /// - Parameters:
  ///   - threads: the threads that share the elements.
  ///   - destination: any of group 0's buffers; receives the complete sum. Every addition with it is made in place,
  ///     since a + b and b + a have the same bits.
  ///   - buffer: address of the first of these elements in group g's node n, counted over all ranks' nodes.
  /// - Returns: the first summand that is not finite.
  package func reduce(
    groups: Int, range: Range<Int>, threads: Threads, into destination: Floats,
    _ buffer: @Sendable (_ group: Int, _ node: Int) -> Floats
  ) -> GradientFault? {
    // Each thread adds only the elements of its own portions.
    nonisolated(unsafe) let destination = destination
    let fault = Mutex<GradientFault?>(nil)
    threads.forEach((range.count + Self.portion - 1) / Self.portion) { index, _ in
      let portion = index * Self.portion..<min((index + 1) * Self.portion, range.count)
      let own = reduce(groups: groups, portion, of: range, into: destination, buffer)
      guard let own else { return }
      fault.withLock { first in
        if first.map({ own.element < $0.element }) ?? true { first = own }
      }
    }
    return fault.withLock { $0 }
  }

  private func reduce(
    groups: Int, _ portion: Range<Int>, of range: Range<Int>, into destination: Floats,
    _ buffer: (_ group: Int, _ node: Int) -> Floats
  ) -> GradientFault? {
    var fault: GradientFault?
    for start in stride(from: portion.lowerBound, to: portion.upperBound, by: Self.block) {
      let count = min(Self.block, portion.upperBound - start)
      for group in 0..<groups {
        let sum = root.run { node in
          let values = buffer(group, node) + start
          if fault == nil, !kernels.isFinite(values, count: count) {
            let place = (0..<count).first { !values[$0].isFinite }!
            fault = GradientFault(
              shards: nodes[node], element: range.lowerBound + start + place, value: values[place])
          }
          return values
        } combine: { left, right in
          let (kept, added) = right == destination + start ? (right, left) : (left, right)
          kernels.add(kept, added, count: count)
          return kept
        }
        if group == 0 {
          precondition(sum == destination + start, "the destination is one of group 0's buffers")
        } else {
          kernels.add(destination + start, sum, count: count)
        }
      }
    }
    return fault
  }
}

/// An infinite or NaN element of a gradient.
package struct GradientFault: Equatable, Sendable {
  /// The shards whose sum it is.
  package let shards: Range<Int>
  /// Index in the network's flat parameters.
  package let element: Int
  package let value: Float

  package init(shards: Range<Int>, element: Int, value: Float) {
    (self.shards, self.element, self.value) = (shards, element, value)
  }
}
