import GAN
import Numerics
import Testing

@Suite struct ImageGeneratorTests {
  private let kernels = Kernels(.native)
  private let model = ModelSpecification(
    latent: .init(size: 6), generator: .preset(.init(.dcgan, width: 4)),
    discriminator: .preset(.init(.dcgan, width: 4)),
    image: FeatureShape(channels: 3, height: 32, width: 32))

  private func trained() throws -> GANStep {
    let engine = Engine(kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: 2, kernels: kernels))
    let step = try GANStep(model, TrainingSpecification(batch: 8, shards: 2), samples: 8, engine: engine)
    let batch = LocalBatch(firstSample: 0, shardSizes: [4, 4], globalSamples: 8)
    for index in 0..<2 {
      let images = step.realImages(8)
      images.data.update(from: normals(images.shape.count, seed: index, deviation: 0.5), count: images.shape.count)
      _ = try step.step(index, batch)
    }
    return step
  }

  private func images(
    _ step: GANStep, _ statistics: BatchNormStatistics, count: Int = 5, threads: Int = 1, sharing: Bool = false
  ) throws -> [UInt32] {
    let pool = Threads(count: threads)
    defer { pool.stop() }
    let engine = Engine(kernels: kernels, threads: pool, peers: SingleRank(shards: 2, kernels: kernels))
    let model = SamplingModel(
      name: "test", network: step.generator, latent: model.latent, seed: 9, statistics: statistics, portion: count)
    let generator = ImageGenerator(model, scratch: sharing ? step.scratch : nil, engine: engine)
    generator.drawFixedLatents()
    let images = try generator.images()
    return withExtendedLifetime(generator) { bits(array(images.data, images.shape.count)) }
  }

  @Test func imagesLeaveTheRunningStatisticsAlone() throws {
    let step = try trained()
    func statistics() -> [[Float]] { step.generator.bufferTensors.map { $0.values(in: step.generator.buffers) } }
    let before = statistics()
    #expect(before[0].contains { $0 != 0 })
    _ = try images(step, .batch)
    _ = try images(step, .running)
    #expect(statistics() == before)
  }

  /// With running statistics an image depends only on its latent; with batch statistics, also on the others.
  @Test func onlyBatchStatisticsMixImages() throws {
    let step = try trained()
    let size = 32 * 32 * 3
    let (five, three) = (try images(step, .running), try images(step, .running, count: 3))
    #expect(five.prefix(3 * size).elementsEqual(three))
    let (mixedFive, mixedThree) = (try images(step, .batch), try images(step, .batch, count: 3))
    #expect(!mixedFive.prefix(3 * size).elementsEqual(mixedThree))
    #expect(mixedFive != five)
    let values = five.map(Float.init(bitPattern:))
    #expect(values.allSatisfy { abs($0) <= 1 } && Set(values).count > 1000)
  }

  /// Sampling between steps uses the steps' memory, or its own if that is too small: neither images nor steps change.
  @Test(arguments: [5, 64])
  func sharedMemoryChangesNoBit(count: Int) throws {
    let (step, other) = (try trained(), try trained())
    let apart = try images(step, .batch, count: count)
    #expect(try images(step, .batch, count: count, sharing: true) == apart)
    let batch = LocalBatch(firstSample: 0, shardSizes: [4, 4], globalSamples: 8)
    #expect(try step.step(2, batch) == other.step(2, batch))
    #expect(try images(step, .batch) == images(other, .batch))
  }

  @Test func threadsChangeNoBit() throws {
    let step = try trained()
    for statistics in BatchNormStatistics.allCases {
      let alone = try images(step, statistics)
      #expect(try images(step, statistics, threads: 3) == alone)
    }
  }

  /// An image depends on its model's network, seed and statistics, and on nothing else.
  @Test func otherParametersMakeOtherImages() throws {
    let engine = Engine(
      kernels: Kernels.available[0], threads: Threads(count: 1),
      peers: SingleRank(shards: 1, kernels: Kernels.available[0]))
    func network(seed: UInt64) throws -> Network {
      let network = try Network(
        name: "generator", layers: [.dense(units: 4), .batchNorm(), .tanh],
        input: Shape(samples: 1, height: 1, width: 1, channels: 2), groups: 1, engine: engine)
      network.initialize(.init(weights: .normal(deviation: 0.5)), seed: seed, number: 0)
      return network
    }
    func images(_ network: Network, seed: UInt64 = 1, _ statistics: BatchNormStatistics = .running) throws -> [Float] {
      let generator = ImageGenerator(
        SamplingModel(
          name: "test", network: network, latent: .init(size: 2), seed: seed, statistics: statistics, portion: 3),
        engine: engine)
      generator.drawFixedLatents()
      return Array(try generator.images().values)
    }
    let (first, second) = (try network(seed: 1), try network(seed: 2))
    let own = try images(first)
    #expect(try images(first) == own)
    #expect(try images(second) != own)
    #expect(try images(first, seed: 2) != own)
    #expect(try images(first, .batch) != own)
  }
}
