import GAN
import MPI
import Numerics

/// An allreduce with a fixed order of additions, by Open MPI's own collectives: `Ialltoallv` brings every rank's node
/// sums of a slice to its owner, who adds them in the tree's order and updates the parameters; `Iallgatherv` brings the
/// new parameters to all (Rabenseifner 2004 for the reduce-scatter and all-gather; Rajbhandari et al. 2020, "ZeRO", for
/// the optimizer between them).
package final class MPIGradientExchange: GradientExchange {
  package let owned: [Range<Int>]

  private let slots: GradientSlots
  private let peers: MPIPeers
  private let reduction: NodeReduction
  private let buckets: [Bucket]
  private let arena: Arena
  private let scalarsGathering = Request()
  private let scalarsLayout: BlockLayout?
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
    scalarsLayout = try slots.scalars.map { try peers.layout(perNode: $0.perNode) }
  }

  /// The most bytes that a rank needs to receive the gradients of a network with `count` flat parameters.
  package static func receivedBytes(_ count: Int, groups: Int, _ plan: ShardPlan) -> Int {
    let nodes = (0..<plan.ranks).map { plan.nodes(ofRank: $0).count }
    let received = nodes.reduce(0, +) - nodes.min()!
    return groups * received * (count / plan.ranks) * MemoryLayout<Float>.stride
  }

  package func begin(_ bucket: Int) throws {
    precondition(begun == bucket, "buckets begin in order")
    try peers.stopwatch.measure(.gradients) {
      for group in 0..<slots.sums.groups {
        for lane in buckets[bucket].lanes.indices { try beginLane(lane, of: buckets[bucket], group: group) }
      }
    }
    begun += 1
    if begun == buckets.count { try beginScalars() }
  }

  package func poll() {
    guard failure == nil else { return }
    do {
      // A bucket's messages arrive in order; those after the first missing one can wait.
      for bucket in buckets[..<begun] {
        for message in bucket.messages where try !message.test() { return }
      }
      _ = try scalarsGathering.test()
    } catch { failure = error }
  }

  package func reduceScatter(_ bucket: Int) throws -> ReducedGradient {
    if let failure { throw failure }
    precondition(begun == buckets.count, "every bucket has begun")
    let sums = slots.sums
    // The threads read only the addresses of its memory; its messages belong to the caller.
    if bucket == 0 { try finishScalars() }
    nonisolated(unsafe) let bucket = buckets[bucket]
    try peers.stopwatch.measure(.gradients) { try Request.waitAll(bucket.messages) }
    let gradient = sums[group: 0, node: 0] + bucket.owned.lowerBound
    let fault = reduction.reduce(
      groups: sums.groups, range: bucket.owned, threads: slots.threads, into: gradient
    ) { [ownNodes = peers.ownNodes] group, node in
      ownNodes.contains(node)
        ? sums[group: group, node: node - ownNodes.lowerBound] + bucket.owned.lowerBound
        : bucket.received(group, node)
    }
    return ReducedGradient(gradient: gradient, fault: fault)
  }

  package func beginAllGather(_ bucket: Int) throws {
    try peers.stopwatch.measure(.gradients) {
      let own = buckets[bucket]
      let parameters = UnsafeMutableBufferPointer(
        start: slots.parameters + own.range.lowerBound, count: own.range.count)
      try peers.communicator.beginAllGather(inPlace: parameters, own.slices, reusing: own.gathering)
      for earlier in buckets[...bucket] { _ = try earlier.gathering.test() }
    }
  }

  package func finishAllGather() throws {
    try peers.stopwatch.measure(.gradients) {
      for bucket in buckets { try bucket.gathering.wait() }
    }
    begun = 0
  }

  /// Begins to send this rank's nodes of the scalars to all.
  private func beginScalars() throws {
    guard let scalars = slots.scalars, let scalarsLayout else { return }
    scalars.reduceShards()
    let place = scalarsLayout[peers.communicator.rank]
    (scalars.all + place.lowerBound).update(from: scalars.own, count: place.count)
    try peers.stopwatch.measure(.gradients) {
      try peers.communicator.beginAllGather(
        inPlace: UnsafeMutableBufferPointer(start: scalars.all, count: scalarsLayout.extent), scalarsLayout,
        reusing: scalarsGathering)
    }
  }

  private func finishScalars() throws {
    guard let scalars = slots.scalars else { return }
    try peers.stopwatch.measure(.gradients) { try scalarsGathering.wait() }
    scalars.reduceNodes()
  }

  private func beginLane(_ lane: Int, of bucket: Bucket, group: Int) throws {
    let node = min(lane, slots.sums.nodes - 1)  // a rank without this node sends nothing
    let sums = slots.sums[group: group, node: node] + bucket.range.lowerBound
    try peers.communicator.beginAllToAll(
      sending: UnsafeBufferPointer(start: sums, count: bucket.range.count),
      bucket.lanes[lane].sent,
      receiving: UnsafeMutableBufferPointer(start: bucket.received(group), count: bucket.receivedCount),
      bucket.lanes[lane].received, reusing: bucket.messages[group * bucket.lanes.count + lane])
  }
}

/// The messages of one bucket, the same in every step, and their memory.
private struct Bucket {
  let range: Range<Int>
  let owned: Range<Int>
  /// Each rank's slice.
  let slices: BlockLayout
  let lanes: [(sent: BlockLayout, received: BlockLayout)]
  /// [group][lane].
  let messages: [Request]
  let gathering = Request()
  /// Elements received for each group.
  let receivedCount: Int
  private let ownNodes: Range<Int>
  /// [group][node of the other ranks][element of the owned slice].
  private let memory: Floats

  init(_ range: Range<Int>, groups: Int, peers: MPIPeers, _ arena: Arena) throws {
    let layout = BucketLayout(range, rank: peers.communicator.rank, nodes: peers.nodesOfRank)
    self.range = range
    owned = layout.owned
    slices = try BlockLayout(layout.slices)
    lanes = try layout.lanes.map { (sent: try BlockLayout($0.sent), received: try BlockLayout($0.received)) }
    messages = (0..<groups * layout.lanes.count).map { _ in Request() }
    receivedCount = layout.receivedCount
    ownNodes = peers.ownNodes
    memory = arena.floats(groups * receivedCount)
  }

  /// The memory for the messages received for a group.
  func received(_ group: Int) -> Floats { memory + group * receivedCount }

  /// The memory of another rank's node; `node` counts over all ranks.
  func received(_ group: Int, _ node: Int) -> Floats {
    received(group) + (node < ownNodes.lowerBound ? node : node - ownNodes.count) * owned.count
  }
}

extension BlockLayout {
  fileprivate convenience init(_ blocks: BucketLayout.Blocks) throws(MPIError) {
    try self.init(counts: blocks.counts, offsets: blocks.offsets)
  }
}
