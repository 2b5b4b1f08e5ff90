import GAN
import MPI
import Tensor

/// An allreduce with a fixed order of additions, by Open MPI's own collectives: `Ialltoallv` brings every rank's node
/// sums of a slice to its owner, who adds them as the tree says and updates the parameters; `Iallgatherv` brings the
/// new parameters to all (Rabenseifner 2004 for the reduce-scatter and all-gather; Rajbhandari et al. 2020, "ZeRO", for
/// the optimizer between them).
final class MPIGradientExchange: GradientExchange {
  let owned: [Range<Int>]

  private let slots: GradientSlots
  private let peers: MPIPeers
  private let reduction: NodeReduction
  private let buckets: [Bucket]
  private let arena: Arena
  /// Of all buckets that have begun, in order.
  private var requests: [Request] = []
  private var begun = 0
  private var gathers: [Request] = []
  /// An error of `poll`, which cannot throw in the middle of a computation.
  private var failure: (any Error)?

  init(_ slots: GradientSlots, peers: MPIPeers, _ reduction: NodeReduction) throws {
    self.slots = slots
    self.peers = peers
    self.reduction = reduction
    let arena = Arena()
    buckets = try slots.buckets.map { try Bucket($0, groups: slots.sums.groups, peers: peers, arena) }
    owned = buckets.map(\.owned)
    self.arena = arena
  }

  /// Bytes that a rank needs for what it receives of a network with `count` flat parameters.
  static func receivedBytes(_ count: Int, groups: Int, _ plan: ShardPlan) -> Int {
    let nodes = (0..<plan.ranks).reduce(0) { $0 + plan.nodes(ofRank: $1).count }
    return plan.ranks == 1 ? 0 : groups * nodes * (count / plan.ranks) * MemoryLayout<Float>.stride
  }

  func begin(_ bucket: Int) throws {
    precondition(begun == bucket, "buckets begin in order")
    try peers.stopwatch.measure {
      for group in 0..<slots.sums.groups {
        for lane in buckets[bucket].lanes.indices {
          requests.append(try beginLane(lane, of: bucket, group: group))
        }
      }
    }
    begun += 1
  }

  func poll() {
    guard failure == nil else { return }
    do {
      // A bucket's messages come one after another; those behind the first that is not there can wait.
      for request in requests where try !request.test() { return }
    } catch { failure = error }
  }

  func finish(update: (Int, Floats) -> Void) throws {
    if let failure { throw failure }
    precondition(begun == buckets.count, "every bucket has begun")
    var received = 0
    for (bucket, slice) in buckets.enumerated() {
      let count = slots.sums.groups * slice.lanes.count
      try peers.stopwatch.measure {
        for request in requests[received..<received + count] { try request.wait() }
      }
      received += count
      let nodes = peers.reduction.allNodes.count
      let gradient = reduction.reduce(groups: slots.sums.groups, count: slice.owned.count) { group, node in
        slice.received + (group * nodes + node) * slice.owned.count
      }
      // The sums have been sent: their place now holds the complete gradient.
      (slots.sums[group: 0, node: 0] + slice.owned.lowerBound).update(from: gradient, count: slice.owned.count)
      update(bucket, gradient)
      try peers.stopwatch.measure {
        let parameters = UnsafeMutableBufferPointer(start: slots.parameters, count: slots.sums.count)
        gathers.append(try peers.communicator.beginAllGather(inPlace: parameters, slice.slices))
        for request in gathers { _ = try request.test() }
      }
    }
    try peers.stopwatch.measure { try Request.waitAll(gathers) }
    requests.removeAll(keepingCapacity: true)
    gathers.removeAll(keepingCapacity: true)
    begun = 0
  }

  private func beginLane(_ lane: Int, of bucket: Int, group: Int) throws -> Request {
    let bucket = buckets[bucket]
    let node = min(lane, slots.sums.nodes - 1)  // a rank without this node sends nothing
    let nodes = peers.reduction.allNodes.count
    let received = bucket.received + group * nodes * bucket.owned.count
    return try peers.communicator.beginAllToAll(
      sending: UnsafeBufferPointer(start: slots.sums[group: group, node: node], count: slots.sums.count),
      bucket.lanes[lane].sent,
      receiving: UnsafeMutableBufferPointer(start: received, count: nodes * bucket.owned.count),
      bucket.lanes[lane].received)
  }
}

/// How one bucket's messages are laid out.
private struct Bucket {
  /// Each rank's slice of the flat parameters, on boundaries of 16 floats.
  let slices: BlockLayout
  let owned: Range<Int>
  /// [group][node of all ranks][element of the owned slice].
  let received: Floats
  /// The l-th nodes of all ranks travel together; a rank with fewer nodes sends nothing.
  let lanes: [(sent: BlockLayout, received: BlockLayout)]

  init(_ range: Range<Int>, groups: Int, peers: MPIPeers, _ arena: Arena) throws {
    let size = peers.communicator.size
    let rank = peers.communicator.rank
    let bounds = (0...size).map { range.lowerBound + min(range.count, (range.count * $0 / size + 15) / 16 * 16) }
    slices = try BlockLayout(counts: (0..<size).map { bounds[$0 + 1] - bounds[$0] }, offsets: Array(bounds.dropLast()))
    owned = bounds[rank]..<bounds[rank + 1]
    let nodes = peers.nodesOfRank
    let firstNode = nodes.indices.map { nodes[..<$0].reduce(0, +) }
    let count = owned.count
    lanes = try (0..<nodes.max()!).map { lane in
      (
        sent: try BlockLayout(
          counts: (0..<size).map { lane < nodes[rank] ? bounds[$0 + 1] - bounds[$0] : 0 },
          offsets: Array(bounds.dropLast())),
        received: try BlockLayout(
          counts: (0..<size).map { lane < nodes[$0] ? count : 0 },
          offsets: (0..<size).map { lane < nodes[$0] ? (firstNode[$0] + lane) * count : 0 })
      )
    }
    received = arena.floats(groups * peers.reduction.allNodes.count * count)
  }
}
