import GAN
import Numerics

/// Ranks that hold a whole network each, of which the first owns all of Adam's moments: what a checkpoint gathers, without
/// an exchange.
final class FirstOwnsAll: Peers {
  let reduction: ShardReduction
  private let alone: SingleRank
  private let isFirst: Bool

  init(rank: Int, shards: Int, kernels: Kernels) {
    isFirst = rank == 0
    alone = SingleRank(shards: shards, kernels: kernels)
    reduction = alone.reduction
  }

  func gather(_ own: UnsafeMutablePointer<Double>, perNode: Int, into all: UnsafeMutablePointer<Double>) {
    alone.gather(own, perNode: perNode, into: all)
  }

  func makeGradientExchange(for slots: GradientSlots) -> any GradientExchange {
    isFirst ? alone.makeGradientExchange(for: slots) : OwnsNothing(slots)
  }

  private final class OwnsNothing: GradientExchange {
    let owned: [Range<Int>]
    private let sums: NodeBuffers

    init(_ slots: GradientSlots) {
      owned = slots.buckets.map { $0.upperBound..<$0.upperBound }
      sums = slots.sums
    }

    func begin(_ bucket: Int) {}
    func poll() {}
    func reduceScatter(_ bucket: Int) -> ReducedGradient {
      ReducedGradient(gradient: sums[group: 0, node: 0], fault: nil)
    }
    func beginAllGather(_ bucket: Int) {}
    func finishAllGather() {}
  }
}
