import Cluster
import GAN
import Numerics
import Testing

/// A network's flat parameters in an exchange, without the network.
struct ExchangeCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let shards: Int
  var groups = 1
  /// In the order of backward; together all parameters.
  let buckets: [Range<Int>]
  /// Shards that have no samples.
  var empty: @Sendable (Int) -> Bool = { _ in false }

  var count: Int { buckets[0].upperBound }

  static let all = [
    ExchangeCase(testDescription: "a shard a rank of eight", shards: 8, buckets: [0..<4096]),
    ExchangeCase(
      testDescription: "13 shards, three buckets, two groups", shards: 13, groups: 2,
      buckets: [1600..<5003, 16..<1600, 0..<16]),
    ExchangeCase(
      testDescription: "buckets smaller than the number of ranks", shards: 9,
      buckets: [101..<300, 96..<101, 95..<96, 0..<95]),
    ExchangeCase(
      testDescription: "every third shard empty, three groups", shards: 24, groups: 3, buckets: [512..<2000, 0..<512],
      empty: { $0 % 3 == 2 }),
    ExchangeCase(
      testDescription: "all shards but one empty", shards: 11, groups: 2, buckets: [0..<777], empty: { $0 != 6 }),
    // Longer than what MPI sends without having been asked for it.
    ExchangeCase(testDescription: "long messages", shards: 8, buckets: [90_000..<300_000, 0..<90_000]),
  ]
}

/// One rank's side of it, with Adam between the two halves of the exchange.
final class ExchangedNetwork {
  let test: ExchangeCase
  let plan: ShardPlan
  let kernels: Kernels
  let exchange: any GradientExchange
  let scalars: LayerScalars
  /// The first value of the last step's sums that was not finite.
  private(set) var fault: GradientFault?
  private let reduction: ShardReduction
  private let parameters: Floats
  private let sums: NodeBuffers
  private let means: Floats
  private let squares: Floats
  private let arena = Arena()

  init(_ test: ExchangeCase, job: any Job, kernels: Kernels) throws {
    self.test = test
    self.kernels = kernels
    let shards = max(test.shards, job.size)
    plan = try ShardPlan(batch: shards, shards: shards, ranks: job.size)
    let peers = try job.makePeers(plan, kernels: kernels)
    reduction = peers.reduction
    parameters = arena.floats(test.count)
    means = arena.floats(test.count)
    squares = arena.floats(test.count)
    sums = NodeBuffers(groups: test.groups, nodes: reduction.nodes.count, count: test.count, in: arena)
    scalars = LayerScalars(count: Self.layers, groups: test.groups, reduction: reduction, arena: arena)
    exchange = try peers.makeGradientExchange(
      for: GradientSlots(
        parameters: parameters, sums: sums, buckets: test.buckets, scalars: scalars, threads: Threads(count: 2)))
    let initial = Self.initialParameters(test.count)
    parameters.update(from: initial, count: test.count)
  }

  static func initialParameters(_ count: Int) -> [Float] { knownNumbers(count, shard: 1 << 20) }

  static func coefficients(_ step: Int) -> AdamCoefficients {
    AdamCoefficients(
      learningRate: 0.01, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, step: step + 1)
  }

  /// The gradient that a shard adds to the sums.
  func gradient(ofShard shard: Int, group: Int, step: Int) -> [Float] {
    test.empty(shard)
      ? [Float](repeating: 0, count: test.count) : knownNumbers(test.count, shard: shard, group: group, step: step)
  }

  /// Layers with a scalar.
  static let layers = 3

  /// A shard's scalars: thirds, whose sums are rounded.
  func scalars(ofShard shard: Int, group: Int, step: Int) -> [Double] {
    test.empty(shard)
      ? [Double](repeating: 0, count: Self.layers)
      : knownNumbers(Self.layers, shard: shard, group: group, step: step).map { Double($0) / 3 }
  }

  /// One step of this rank: its nodes' sums, the exchange, Adam on its slices.
  ///
  /// - Parameters:
  ///   - polls: how often it looks after its messages behind each bucket; ranks may differ.
  ///   - damage: changes a shard's gradient.
  /// - Returns: for each bucket the complete gradient of this rank's slice.
  func step(
    _ step: Int, polls: Int, damage: (_ shard: Int, _ group: Int, inout [Float]) -> Void = { _, _, _ in }
  ) throws -> [[Float]] {
    for group in 0..<test.groups {
      for (node, operations) in reduction.local.enumerated() {
        let value = operations.run(
          { own in
            var values = gradient(ofShard: reduction.range.lowerBound + own, group: group, step: step)
            damage(reduction.range.lowerBound + own, group, &values)
            return values
          }, combine: sum)
        sums[group: group, node: node].update(from: value, count: test.count)
      }
    }
    for group in 0..<test.groups {
      for own in 0..<reduction.range.count {
        let values = scalars(ofShard: reduction.range.lowerBound + own, group: group, step: step)
        for (layer, value) in values.enumerated() { scalars.set(value, layer: layer, group: group, shard: own) }
      }
    }
    for bucket in test.buckets.indices {
      try exchange.begin(bucket)
      for _ in 0..<polls { exchange.poll() }
    }
    var found = [[Float]](repeating: [], count: test.buckets.count)
    fault = nil
    for (bucket, owned) in exchange.owned.enumerated() {
      let sum = try exchange.reduceScatter(bucket)
      fault = fault ?? sum.fault
      found[bucket] = array(sum.gradient, owned.count)
      _ = kernels.adam(
        parameters + owned.lowerBound, gradient: sum.gradient, mean: means + owned.lowerBound,
        square: squares + owned.lowerBound, count: owned.count, Self.coefficients(step))
      try exchange.beginAllGather(bucket)
    }
    try exchange.finishAllGather()
    return found
  }

  /// All parameters, as this rank has them now.
  var currentParameters: [Float] { array(parameters, test.count) }
}
