import Tensor

/// All shards in one process: nothing to send, the same order of every sum.
package final class SingleRank: Peers {
  package let reduction: ShardReduction
  private let kernels: Kernels

  package init(shards: Int, kernels: Kernels) {
    reduction = ShardReduction(shards: shards)
    self.kernels = kernels
  }

  package func gather(_ own: UnsafeMutablePointer<Double>, perNode: Int, into all: UnsafeMutablePointer<Double>) {
    all.update(from: own, count: perNode * reduction.nodes.count)
  }

  package func makeGradientExchange(for slots: GradientSlots) -> any GradientExchange {
    LocalExchange(slots, NodeReduction(reduction, kernels: kernels))
  }
}

private final class LocalExchange: GradientExchange {
  let owned: [Range<Int>]
  private(set) var fault: GradientFault?
  private let sums: NodeBuffers
  private let reduction: NodeReduction

  init(_ slots: GradientSlots, _ reduction: NodeReduction) {
    owned = slots.buckets
    sums = slots.sums
    self.reduction = reduction
  }

  func begin(_ bucket: Int) {}

  func poll() {}

  func finish(update: (Int, Floats) -> Void) {
    fault = nil
    for (bucket, range) in owned.enumerated() {
      let gradient = sums[group: 0, node: 0] + range.lowerBound
      let found = reduction.reduce(groups: sums.groups, range: range, into: gradient) { group, node in
        sums[group: group, node: node] + range.lowerBound
      }
      fault = fault ?? found
      update(bucket, gradient)
    }
  }
}
