import Cluster
import GAN
import MPI
import Numerics
import Testing

extension Ranks {
  /// Moments and sums over all shards have the bits of the tree, and are those of all samples together.
  @Suite(.serialized) @MainActor
  struct StatisticsTests {
    private nonisolated static let channels = 5
    private nonisolated static let groups = 2

    /// Samples of each shard, over and over: uneven, some empty.
    private nonisolated static let sizes: [[Int]] = [[3, 1, 0, 4], [0, 0, 0, 2, 0, 0, 7], [1]]

    private nonisolated static func values(ofShard shard: Int, _ sizes: [Int], group: Int, channel: Int) -> [Double] {
      knownNumbers(sizes[shard % sizes.count] * 3, shard: shard, group: group * channels + channel)
        .map { 100 + Double($0) }
    }

    @Test(arguments: [8, 13], sizes)
    func moments(shards: Int, sizes: [Int]) throws {
      try SharedSession.withWorld { world throws in
        let (peers, shards) = try Self.peers(world, shards)
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let statistics = ShardStatistics(width: 1 + 2 * Self.channels, groups: Self.groups, peers: peers, arena: arena)
        func leaf(_ shard: Int, _ group: Int) -> Moments {
          Moments((0..<Self.channels).map { Self.values(ofShard: shard, sizes, group: group, channel: $0) })
        }
        // With fewer groups than planned first, so that layouts of both are made.
        for groups in [1, Self.groups, Self.groups] {
          for group in 0..<groups {
            for (own, shard) in peers.reduction.range.enumerated() {
              let values = leaf(shard, group).flat
              statistics.leaf(group: group, shard: own).update(from: values, count: values.count)
            }
          }
          try statistics.reduce(groups: groups) { mergeMoments($0, count: $1[0], $1 + 1, channels: Self.channels) }
          for group in 0..<groups {
            let found = Self.array(statistics.total(group: group), 1 + 2 * Self.channels)
            let expected = treeValue(of: 0..<shards, leaf: { leaf($0, group) }, combine: Moments.merged)
            #expect(Self.bits(found) == Self.bits(expected.flat), "group \(group)")
            for channel in 0..<Self.channels {
              let all = Moments([
                (0..<shards).flatMap { Self.values(ofShard: $0, sizes, group: group, channel: channel) }
              ])
              #expect(found[0] == all.count)
              let bound = all.error(shards: shards)
              #expect(abs(found[1 + channel] - all.means[0]) <= bound.mean)
              #expect(abs(found[1 + Self.channels + channel] - all.squares[0]) <= bound.square)
            }
          }
          let all = try world.allGather(Self.array(statistics.total(group: 0), 1 + 2 * Self.channels))
          #expect(all.allSatisfy { Self.bits($0) == Self.bits(all[0]) }, "ranks differ")
        }
      }
    }

    @Test(arguments: [8, 9, 13, 24])
    func sums(shards: Int) throws {
      try SharedSession.withWorld { world throws in
        let (peers, shards) = try Self.peers(world, shards)
        let arena = Arena()
        let statistics = ShardStatistics(width: 7, groups: 1, peers: peers, arena: arena)
        defer { withExtendedLifetime(arena) {} }
        func leaf(_ shard: Int) -> [Double] { knownNumbers(7, shard: shard).map { Double($0) / 3 } }
        for (own, shard) in peers.reduction.range.enumerated() {
          statistics.leaf(group: 0, shard: own).update(from: leaf(shard), count: 7)
        }
        try statistics.sum(groups: 1)
        let expected = treeValue(of: 0..<shards, leaf: leaf) { left, right in zip(left, right).map { $0 + $1 } }
        #expect(Self.bits(Self.array(statistics.total(group: 0), 7)) == Self.bits(expected))
      }
    }

    private nonisolated static func peers(_ world: borrowing Communicator, _ shards: Int) throws -> (
      any Peers, shards: Int
    ) {
      let shards = max(shards, world.size)
      let plan = try ShardPlan(batch: shards, shards: shards, ranks: world.size)
      return (try MPIJob(world).makePeers(plan, kernels: Kernels.available[0]), shards)
    }

    private nonisolated static func array(_ memory: UnsafePointer<Double>, _ count: Int) -> [Double] {
      [Double](UnsafeBufferPointer(start: memory, count: count))
    }

    private nonisolated static func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }
  }
}

/// Number of values a channel, their means, and their sums of squared differences.
private struct Moments {
  let count: Double
  let means: [Double]
  let squares: [Double]

  var flat: [Double] { [count] + means + squares }

  /// Of each channel's values, in two passes.
  init(_ values: [[Double]]) {
    count = Double(values[0].count)
    let means = values.map { $0.isEmpty ? 0 : $0.reduce(0, +) / Double($0.count) }
    self.means = means
    squares = zip(values, means).map { values, mean in values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } }
  }

  /// What the first channel's moments may differ by from those that are merged over a tree of so many shards, where no
  /// value has another sign.
  ///
  /// A mean of n values loses n u, here and in all leaves together, and 4 u in each of a tree's levels. A sum of n squares
  /// loses as much and two roundings more, and 8 u a level. The means' errors e add 2 δ e w to δ² w at each node, with w ≤ a
  /// quarter of its values: √(M2 n) e a level, by Cauchy and Schwarz.
  func error(shards: Int) -> (mean: Double, square: Double) {
    let levels = Double(Int.bitWidth - (shards - 1).leadingZeroBitCount)
    let mean = (2 * count + 4 * levels) * 0x1p-53 * abs(means[0])
    let own = (2 * count + 4 + 8 * levels) * 0x1p-53 * squares[0]
    return (mean, own + levels * (squares[0] * count).squareRoot() * 2 * mean)
  }

  private init(count: Double, means: [Double], squares: [Double]) {
    (self.count, self.means, self.squares) = (count, means, squares)
  }

  /// Chan, Golub & LeVeque 1979: with n = nA + nB and δ = mean B − mean A, mean A + δ · (nB/n) and
  /// M2A + (M2B + δ² · (nA · (nB/n))); that order of the operations is part of the bits.
  static func merged(_ left: Moments, _ right: Moments) -> Moments {
    if left.count == 0 { return right }
    if right.count == 0 { return left }
    let share = right.count / (left.count + right.count)
    let differences = zip(left.means, right.means).map { $1 - $0 }
    return Moments(
      count: left.count + right.count, means: zip(left.means, differences).map { $0 + $1 * share },
      squares: differences.indices.map { channel in
        let between = differences[channel] * differences[channel] * (left.count * share)
        return left.squares[channel] + (right.squares[channel] + between)
      })
  }
}
