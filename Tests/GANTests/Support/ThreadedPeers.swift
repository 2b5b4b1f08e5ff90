import GAN
import Glibc
import Numerics

/// Several ranks as threads of one process; shared memory and barriers take the place of MPI.
final class ThreadedWorld: @unchecked Sendable {
  let ranks: Int
  let shards: Int
  private let barrier = UnsafeMutablePointer<pthread_barrier_t>.allocate(capacity: 1)
  /// Each rank's values, readable by the others until the next barrier.
  fileprivate var doubles: [UnsafeMutablePointer<Double>?]
  fileprivate var exchanges: [ThreadedExchange?]

  init(ranks: Int, shards: Int) {
    self.ranks = ranks
    self.shards = shards
    doubles = Array(repeating: nil, count: ranks)
    exchanges = Array(repeating: nil, count: ranks)
    pthread_barrier_init(barrier, nil, UInt32(ranks))
  }

  func wait() { pthread_barrier_wait(barrier) }

  /// Each rank's shards.
  var ranges: [Range<Int>] { (0..<ranks).map { $0 * shards / ranks..<($0 + 1) * shards / ranks } }

  /// Runs `body` as every rank at once. A rank that fails ends the process, since the others would wait for it.
  func run(_ body: @escaping @Sendable (_ rank: Int) throws -> Void) {
    let threads = (0..<ranks).map { rank -> pthread_t in
      let start = Unmanaged.passRetained(RankStart(rank: rank, body: body))
      var thread = pthread_t()
      let code = pthread_create(
        &thread, nil,
        { argument in
          let start = Unmanaged<RankStart>.fromOpaque(argument!).takeRetainedValue()
          do { try start.body(start.rank) } catch { fatalError("rank \(start.rank): \(error)") }
          return nil
        }, start.toOpaque())
      precondition(code == 0, "cannot start rank \(rank)")
      return thread
    }
    for thread in threads { pthread_join(thread, nil) }
  }

  deinit {
    pthread_barrier_destroy(barrier)
    barrier.deallocate()
  }
}

private final class RankStart {
  let rank: Int
  let body: @Sendable (Int) throws -> Void
  init(rank: Int, body: @escaping @Sendable (Int) throws -> Void) {
    self.rank = rank
    self.body = body
  }
}

/// One rank's view of a `ThreadedWorld`.
final class ThreadedPeers: Peers {
  let reduction: ShardReduction
  private let world: ThreadedWorld
  private let rank: Int
  private let kernels: Kernels

  init(_ world: ThreadedWorld, rank: Int, kernels: Kernels) {
    self.world = world
    self.rank = rank
    self.kernels = kernels
    reduction = ShardReduction(tree: ShardTree(shards: world.shards), ranges: world.ranges, rank: rank)
  }

  func gather(_ own: UnsafeMutablePointer<Double>, perNode: Int, into all: UnsafeMutablePointer<Double>) {
    world.doubles[rank] = own
    world.wait()
    var place = all
    for other in 0..<world.ranks {
      let count = perNode * reduction.tree.nodes(in: world.ranges[other]).count
      place.update(from: world.doubles[other]!, count: count)
      place += count
    }
    world.wait()
  }

  func makeGradientExchange(for slots: GradientSlots) -> any GradientExchange {
    ThreadedExchange(slots, peers: self, world: world, rank: rank, NodeReduction(reduction, kernels: kernels))
  }
}

/// Every rank owns a slice of every bucket; slices may end at any element, within vectors too.
final class ThreadedExchange: GradientExchange {
  let owned: [Range<Int>]
  private let slots: GradientSlots
  private let peers: ThreadedPeers
  private let world: ThreadedWorld
  private let rank: Int
  private let reduction: NodeReduction
  private var begun = 0
  /// For each bucket, the sum of this rank's slice.
  private var complete: [(gradient: [Float], fault: GradientFault?)] = []

  init(
    _ slots: GradientSlots, peers: ThreadedPeers, world: ThreadedWorld, rank: Int, _ reduction: NodeReduction
  ) {
    self.slots = slots
    self.peers = peers
    self.world = world
    self.rank = rank
    self.reduction = reduction
    owned = slots.buckets.map { bucket in
      let slice = rank * bucket.count / world.ranks..<(rank + 1) * bucket.count / world.ranks
      return bucket.lowerBound + slice.lowerBound..<bucket.lowerBound + slice.upperBound
    }
  }

  func begin(_ bucket: Int) {
    precondition(bucket == begun, "buckets begin in order")
    begun += 1
  }

  func poll() {}

  func reduceScatter(_ bucket: Int) -> ReducedGradient {
    if bucket == 0 { reduceAll() }
    let gradient = slots.sums[group: 0, node: 0] + owned[bucket].lowerBound
    gradient.update(from: complete[bucket].gradient, count: owned[bucket].count)
    return ReducedGradient(gradient: gradient, fault: complete[bucket].fault)
  }

  private func reduceAll() {
    precondition(begun == slots.buckets.count, "every bucket begins before the exchange ends")
    begun = 0
    if let scalars = slots.scalars {
      scalars.reduceShards()
      peers.gather(scalars.own, perNode: scalars.perNode, into: scalars.all)
      scalars.reduceNodes()
    }
    world.exchanges[rank] = self
    world.wait()
    let others = world.exchanges.map { $0! }
    let sums = slots.sums
    // Copies, since the reduction works in place and the other ranks read the same sums.
    complete = owned.map { range in
      nonisolated(unsafe) let copies = (0..<sums.groups).map { group in
        others.flatMap { other in
          (0..<other.slots.sums.nodes).map { node in
            let copy = Floats.allocate(capacity: max(1, range.count))
            copy.initialize(from: other.slots.sums[group: group, node: node] + range.lowerBound, count: range.count)
            return copy
          }
        }
      }
      // Each rank's sum is in its own first node, at any place of the tree.
      let total = copies[0][others[..<rank].reduce(0) { $0 + $1.slots.sums.nodes }]
      let found = reduction.reduce(groups: sums.groups, range: range, threads: slots.threads, into: total) {
        copies[$0][$1]
      }
      let result = (array(total, range.count), found)
      for copy in copies.joined() { copy.deallocate() }
      return result
    }
    world.wait()
  }

  func beginAllGather(_ bucket: Int) {}

  func finishAllGather() {
    world.wait()
    for (rank, other) in world.exchanges.map({ $0! }).enumerated() where rank != self.rank {
      for range in other.owned {
        (slots.parameters + range.lowerBound).update(
          from: other.slots.parameters + range.lowerBound, count: range.count)
      }
    }
    world.wait()
  }
}
