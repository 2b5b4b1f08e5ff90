import GAN
import Numerics
import Synchronization
import Testing

/// The determinism contract without MPI: all values of a checkpoint have the same bits on any number of ranks and
/// threads.
@Suite struct RankTests {
  /// Images of each of three steps; the first is the configured batch.
  struct Batches: CustomTestStringConvertible, Sendable {
    let sizes: [Int]
    var noise = NoisePolicy.reuse
    var spectralNorm = false
    var testDescription: String {
      "batches of \(sizes), noise \(noise)\(spectralNorm ? ", spectral norm" : "")"
    }

    static let all = [
      Batches(sizes: [16, 16, 16]), Batches(sizes: [13, 13, 13], noise: .fresh),
      // Short last batches leave shards empty: the last ones, and all but one.
      Batches(sizes: [13, 5, 13]), Batches(sizes: [8, 8, 1]),
      Batches(sizes: [13, 5, 13], spectralNorm: true),
    ]
  }

  /// A rank's state after three steps.
  struct State: Equatable, Sendable {
    var parameters: [[UInt32]] = []
    var statistics: [[UInt32]] = []
    var reports: [StepReport] = []
    /// Adam's moments of the slices that this rank owns, by network and first element.
    var moments: [Int: [UInt32]] = [:]
  }

  private static let shards = 8
  private static func model(_ batches: Batches) -> ModelSpecification {
    let discriminator = PresetSpecification(
      .dcgan, width: 4, batchNorm: !batches.spectralNorm, spectralNorm: batches.spectralNorm)
    return ModelSpecification(
      latent: .init(size: 6), generator: .preset(.init(.dcgan, width: 4)), discriminator: .preset(discriminator),
      image: FeatureShape(channels: 3, height: 32, width: 32))
  }

  private static func train(_ batches: Batches, peers: any Peers, threads: Int, _ kernels: Kernels) throws -> State {
    let batch = batches.sizes[0]
    let rules = StepRules { $0.noise = batches.noise }
    let training = TrainingSpecification(batch: batch, shards: shards, seed: 3, rules: rules)
    let pool = Threads(count: threads)
    defer { pool.stop() }
    let engine = Engine(kernels: kernels, threads: pool, peers: peers)
    let range = peers.reduction.range
    let most = shardSizes(batch, batch: batch, shards: shards, in: range).reduce(0, +)
    let step = try GANStep(model(batches), training, samples: most, engine: engine)
    var state = State()
    for (index, size) in batches.sizes.enumerated() {
      let local = LocalBatch(
        firstSample: shardSizes(size, batch: batch, shards: shards, in: 0..<range.lowerBound).reduce(0, +),
        shardSizes: shardSizes(size, batch: batch, shards: shards, in: range), globalSamples: size)
      let images = step.realImages(local.samples)
      for sample in 0..<local.samples {
        let values = normals(images.shape.sampleCount, seed: 1000 * index + local.firstSample + sample, deviation: 0.5)
        images.sample(sample).update(from: values, count: values.count)
      }
      state.reports.append(try step.step(index, local))
    }
    for (number, network) in [step.generator, step.discriminator].enumerated() {
      state.parameters.append(bits(array(network.parameters, network.flatCount)))
      state.statistics += network.bufferTensors.map { bits($0.values(in: network.buffers)) }
      let own = (number == 0 ? step.trainedGenerator : step.trainedDiscriminator).owned
      for (bucket, range) in own.ranges.enumerated() {
        let (mean, square) = (own.state(0, ofBucket: bucket), own.state(1, ofBucket: bucket))
        for (index, place) in range.enumerated() {
          state.moments[2 * place + number] = bits([mean[index], square[index]])
        }
      }
    }
    return state
  }

  @Test(arguments: Kernels.available, Batches.all)
  func ranksAndThreadsChangeNoBit(_ kernels: Kernels, _ batches: Batches) throws {
    let alone = try Self.train(
      batches, peers: SingleRank(shards: Self.shards, kernels: kernels), threads: 1, kernels)
    #expect(alone.reports.allSatisfy { $0.isFinite })
    #expect(alone.moments.values.contains { Float(bitPattern: $0[0]) != 0 })
    for (ranks, threads) in [(1, 2), (2, 1), (3, 1), (5, 1), (8, 1), (3, 2)] {
      let world = ThreadedWorld(ranks: ranks, shards: Self.shards)
      let states = Mutex<[State?]>(Array(repeating: nil, count: ranks))
      world.run { rank in
        let peers = ThreadedPeers(world, rank: rank, kernels: kernels)
        let state = try Self.train(batches, peers: peers, threads: threads, kernels)
        states.withLock { $0[rank] = state }
      }
      var moments: [Int: [UInt32]] = [:]
      for (rank, state) in states.withLock({ $0 }).enumerated() {
        let state = try #require(state)
        #expect(state.parameters == alone.parameters, "parameters, rank \(rank) of \(ranks)")
        #expect(state.statistics == alone.statistics, "running statistics, rank \(rank) of \(ranks)")
        #expect(state.reports == alone.reports, "losses and probabilities, rank \(rank) of \(ranks)")
        moments.merge(state.moments) { _, _ in preconditionFailure("a slice has one owner") }
      }
      #expect(moments == alone.moments, "Adam's moments, \(ranks) ranks")
    }
  }
}
