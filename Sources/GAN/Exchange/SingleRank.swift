import Numerics

/// All shards in one process: no messages, and every sum in the same order as on several ranks.
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
  private let sums: NodeBuffers
  private let scalars: LayerScalars?
  private let threads: Threads
  private let reduction: NodeReduction

  init(_ slots: GradientSlots, _ reduction: NodeReduction) {
    owned = slots.buckets
    sums = slots.sums
    scalars = slots.scalars
    threads = slots.threads
    self.reduction = reduction
  }

  func begin(_ bucket: Int) {
    guard bucket == owned.count - 1, let scalars else { return }
    scalars.reduceShards()
    scalars.all.update(from: scalars.own, count: sums.nodes * scalars.perNode)
    scalars.reduceNodes()
  }

  func poll() {}

  func reduceScatter(_ bucket: Int) -> ReducedGradient {
    let range = owned[bucket]
    let gradient = sums[group: 0, node: 0] + range.lowerBound
    let fault = reduction.reduce(groups: sums.groups, range: range, threads: threads, into: gradient) {
      [sums] group, node in
      sums[group: group, node: node] + range.lowerBound
    }
    return ReducedGradient(gradient: gradient, fault: fault)
  }

  func beginAllGather(_ bucket: Int) {}

  func finishAllGather() {}
}
