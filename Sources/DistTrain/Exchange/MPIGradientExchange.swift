import GAN
import MPI
import Tensor

/// An allreduce with a fixed order of additions, by Open MPI's own collectives: `Ialltoallv` brings every rank's node
/// sums of a slice to its owner, who adds them as the tree says and updates the parameters; `Iallgatherv` brings the
/// new parameters to all (Rabenseifner 2004 for the reduce-scatter and all-gather; Rajbhandari et al. 2020, "ZeRO", for
/// the optimizer between them).
final class MPIGradientExchange: GradientExchange {
  let owned: [Range<Int>]
  private(set) var fault: GradientFault?

  private let slots: GradientSlots
  private let peers: MPIPeers
  private let reduction: NodeReduction
  private let buckets: [Bucket]
  private let arena: Arena
  private var begun = 0
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

  /// The most bytes that a rank needs for what it receives of a network with `count` flat parameters.
  static func receivedBytes(_ count: Int, groups: Int, _ plan: ShardPlan) -> Int {
    let nodes = (0..<plan.ranks).map { plan.nodes(ofRank: $0).count }
    let received = nodes.reduce(0, +) - nodes.min()!
    return groups * received * (count / plan.ranks) * MemoryLayout<Float>.stride
  }

  func begin(_ bucket: Int) throws {
    precondition(begun == bucket, "buckets begin in order")
    try peers.stopwatch.measure(.gradients) {
      for group in 0..<slots.sums.groups {
        for lane in buckets[bucket].lanes.indices { try beginLane(lane, of: buckets[bucket], group: group) }
      }
    }
    begun += 1
  }

  func poll() {
    guard failure == nil else { return }
    do {
      // A bucket's messages come one after another; those behind the first that is not there can wait.
      for bucket in buckets[..<begun] {
        for message in bucket.messages where try !message.test() { return }
      }
    } catch { failure = error }
  }

  func finish(update: (Int, Floats) -> Void) throws {
    if let failure { throw failure }
    precondition(begun == buckets.count, "every bucket has begun")
    let sums = slots.sums
    fault = nil
    for (number, bucket) in buckets.enumerated() {
      try peers.stopwatch.measure(.gradients) { try Request.waitAll(bucket.messages) }
      let gradient = sums[group: 0, node: 0] + bucket.owned.lowerBound
      let found = reduction.reduce(groups: sums.groups, range: bucket.owned, into: gradient) { group, node in
        peers.ownNodes.contains(node)
          ? sums[group: group, node: node - peers.ownNodes.lowerBound] + bucket.owned.lowerBound
          : bucket.received(group, node)
      }
      fault = fault ?? found
      update(number, gradient)
      try peers.stopwatch.measure(.gradients) {
        let parameters = UnsafeMutableBufferPointer(start: slots.parameters, count: sums.count)
        try peers.communicator.beginAllGather(inPlace: parameters, bucket.slices, reusing: bucket.gathering)
        for earlier in buckets[...number] { _ = try earlier.gathering.test() }
      }
    }
    try peers.stopwatch.measure(.gradients) {
      for bucket in buckets { try bucket.gathering.wait() }
    }
    begun = 0
  }

  private func beginLane(_ lane: Int, of bucket: Bucket, group: Int) throws {
    let node = min(lane, slots.sums.nodes - 1)  // a rank without this node sends nothing
    try peers.communicator.beginAllToAll(
      sending: UnsafeBufferPointer(start: slots.sums[group: group, node: node], count: slots.sums.count),
      bucket.lanes[lane].sent,
      receiving: UnsafeMutableBufferPointer(start: bucket.received(group), count: bucket.receivedCount),
      bucket.lanes[lane].received, reusing: bucket.messages[group * bucket.lanes.count + lane])
  }
}

/// How one bucket's messages are laid out. Nothing goes from a rank to itself: what it sends to others is not what it owns,
/// so that its own nodes are added where they are.
private struct Bucket {
  /// Each rank's slice of the flat parameters, on boundaries of 16 floats.
  let slices: BlockLayout
  let owned: Range<Int>
  /// The l-th nodes of all ranks travel together; a rank with fewer nodes sends nothing.
  let lanes: [(sent: BlockLayout, received: BlockLayout)]
  /// [group][lane]; step after step the same.
  let messages: [Request]
  let gathering = Request()
  /// Elements received for each group.
  let receivedCount: Int
  private let ownNodes: Range<Int>
  /// [group][node of the other ranks][element of the owned slice].
  private let memory: Floats

  init(_ range: Range<Int>, groups: Int, peers: MPIPeers, _ arena: Arena) throws {
    let size = peers.communicator.size
    let rank = peers.communicator.rank
    let bounds = (0...size).map { range.lowerBound + min(range.count, (range.count * $0 / size + 15) / 16 * 16) }
    slices = try BlockLayout(counts: (0..<size).map { bounds[$0 + 1] - bounds[$0] }, offsets: Array(bounds.dropLast()))
    let owned = bounds[rank]..<bounds[rank + 1]
    self.owned = owned
    let nodes = peers.nodesOfRank
    ownNodes = peers.ownNodes
    // Counted without this rank's.
    let firstNode = (0..<size).map { other in (0..<other).reduce(0) { $0 + ($1 == rank ? 0 : nodes[$1]) } }
    lanes = try (0..<nodes.max()!).map { lane in
      let sends = (0..<size).map { $0 != rank && lane < nodes[rank] }
      let receives = (0..<size).map { $0 != rank && lane < nodes[$0] }
      return (
        sent: try BlockLayout(
          counts: (0..<size).map { sends[$0] ? bounds[$0 + 1] - bounds[$0] : 0 }, offsets: Array(bounds.dropLast())),
        received: try BlockLayout(
          counts: (0..<size).map { receives[$0] ? owned.count : 0 },
          offsets: (0..<size).map { receives[$0] ? (firstNode[$0] + lane) * owned.count : 0 })
      )
    }
    messages = (0..<groups * lanes.count).map { _ in Request() }
    receivedCount = (peers.reduction.allNodes.count - ownNodes.count) * owned.count
    memory = arena.floats(groups * receivedCount)
  }

  /// Where what comes for a group goes.
  func received(_ group: Int) -> Floats { memory + group * receivedCount }

  /// Where another rank's node is, `node` counting all ranks'.
  func received(_ group: Int, _ node: Int) -> Floats {
    received(group) + (node < ownNodes.lowerBound ? node : node - ownNodes.count) * owned.count
  }
}
