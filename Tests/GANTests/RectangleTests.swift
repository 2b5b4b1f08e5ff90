import GAN
import Numerics
import Synchronization
import Testing

/// Images that are higher than wide go through both networks.
@Suite struct RectangleTests {
  private static let image = FeatureShape(channels: 3, height: 12, width: 8)

  private static let model = ModelSpecification(
    latent: .init(size: 6),
    generator: .layers([
      .dense(units: 36), .reshape(FeatureShape(channels: 6, height: 3, width: 2)), .batchNorm(), .relu,
      .transposedConvolution(.init(channels: 4, kernel: 4, stride: 2, padding: 1, bias: false)), .batchNorm(), .relu,
      .transposedConvolution(.init(channels: 3, kernel: 4, stride: 2, padding: 1, bias: true)), .tanh,
    ]),
    discriminator: .layers([
      .convolution(.init(channels: 4, kernel: 4, stride: 2, padding: 1, bias: true)), .leakyRelu(slope: 0.2),
      .upsample(scale: 2, mode: .nearest),
      .convolution(.init(channels: 4, kernel: 4, stride: 4, padding: 0, bias: false)), .batchNorm(),
      .leakyRelu(slope: 0.2), .flatten, .dense(units: 1),
    ]),
    // Large enough that the step of a central difference does not move a rectifier's input across 0.
    initialization: .init(weights: .normal(deviation: 0.3)), image: image)

  private func trained(_ peers: any Peers, _ batch: LocalBatch, _ kernels: Kernels) throws -> GANStep {
    let training = TrainingSpecification(batch: 8, shards: 4)
    let engine = Engine(kernels: kernels, threads: Threads(count: 1), peers: peers)
    let step = try GANStep(Self.model, training, samples: batch.samples, engine: engine)
    for sample in 0..<batch.samples {
      let values = normals(Self.image.count, seed: batch.firstSample + sample, deviation: 0.5)
      step.realImages(batch.samples).sample(sample).update(from: values, count: values.count)
    }
    return step
  }

  @Test(arguments: Kernels.available)
  func gradientsAreCentralDifferences(_ kernels: Kernels) throws {
    let batch = LocalBatch(firstSample: 0, shardSizes: [2, 2, 2, 2], globalSamples: 8)
    let step = try trained(SingleRank(shards: 4, kernels: kernels), batch, kernels)
    #expect(step.fakeImages(8).shape == Shape(samples: 8, height: 12, width: 8, channels: 3))
    let checks = try step.checkGradients(0, batch)
    #expect(checks.count == step.generator.tensors.count + step.discriminator.tensors.count)
    let wrong = checks.filter { !$0.passes }
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test(arguments: Kernels.available)
  func ranksChangeNoBit(_ kernels: Kernels) throws {
    let alone = try trained(
      SingleRank(shards: 4, kernels: kernels),
      LocalBatch(firstSample: 0, shardSizes: [2, 2, 2, 2], globalSamples: 8), kernels)
    let expected = try alone.step(0, LocalBatch(firstSample: 0, shardSizes: [2, 2, 2, 2], globalSamples: 8))
    let parameters = bits(array(alone.generator.parameters, alone.generator.flatCount))
    let world = ThreadedWorld(ranks: 2, shards: 4)
    // An expectation must run in the test's own task, so the ranks' threads only store their results.
    let found = Mutex<[Int: (report: StepReport, parameters: [UInt32])]>([:])
    world.run { rank in
      let batch = LocalBatch(firstSample: 4 * rank, shardSizes: [2, 2], globalSamples: 8)
      let step = try trained(ThreadedPeers(world, rank: rank, kernels: kernels), batch, kernels)
      let report = try step.step(0, batch)
      let own = bits(array(step.generator.parameters, step.generator.flatCount))
      found.withLock { $0[rank] = (report, own) }
    }
    for rank in 0..<2 {
      let own = try #require(found.withLock { $0[rank] })
      #expect(own.report == expected)
      #expect(own.parameters == parameters)
    }
  }
}
