import GAN
import MPI
import Numerics

/// The other ranks over MPI, as the networks see them.
final class MPIPeers: Peers {
  let reduction: ShardReduction
  /// Nodes of each rank.
  let nodesOfRank: [Int]
  /// This rank's nodes among those of all.
  let ownNodes: Range<Int>
  let communicator: Communicator
  let stopwatch: Stopwatch
  private let kernels: Kernels
  private var layouts: [Int: BlockLayout] = [:]

  init(_ plan: ShardPlan, communicator: consuming Communicator, kernels: Kernels, stopwatch: Stopwatch) {
    let ranges = (0..<plan.ranks).map(plan.shards(ofRank:))
    reduction = ShardReduction(tree: plan.tree, ranges: ranges, rank: communicator.rank)
    let nodes = ranges.map { plan.tree.nodes(in: $0).count }
    nodesOfRank = nodes
    let first = nodes[..<communicator.rank].reduce(0, +)
    ownNodes = first..<first + nodes[communicator.rank]
    self.communicator = communicator
    self.kernels = kernels
    self.stopwatch = stopwatch
  }

  func gather(_ own: UnsafeMutablePointer<Double>, perNode: Int, into all: UnsafeMutablePointer<Double>) throws {
    let layout = try layout(perNode: perNode)
    let place = layout[communicator.rank]
    (all + place.lowerBound).update(from: own, count: place.count)
    try stopwatch.measure(.statistics) {
      try communicator.allGather(inPlace: UnsafeMutableBufferPointer(start: all, count: layout.extent), layout)
    }
  }

  func makeGradientExchange(for slots: GradientSlots) throws -> any GradientExchange {
    try MPIGradientExchange(slots, peers: self, NodeReduction(reduction, kernels: kernels))
  }

  /// Each rank's part of a gathering of `perNode` values of every node.
  func layout(perNode: Int) throws -> BlockLayout {
    if let known = layouts[perNode] { return known }
    let made = try BlockLayout(counts: nodesOfRank.map { $0 * perNode })
    layouts[perNode] = made
    return made
  }
}
