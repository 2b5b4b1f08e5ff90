import GAN
import Numerics
import Testing

@Suite struct WassersteinTests {
  private func step(
    _ loss: LossSpecification, batchNorm: Bool = true,
    _ optimizer: OptimizerSpecification = .rmsprop(.init(learningRate: 0.01))
  ) throws -> (GANStep, LocalBatch) {
    let kernels = Kernels(.native)
    let model = ModelSpecification(
      latent: .init(size: 6), generator: .preset(.init(.dcgan, width: 4)),
      discriminator: .preset(.init(.dcgan, width: 4, batchNorm: batchNorm)),
      image: FeatureShape(channels: 3, height: 32, width: 32))
    let training = TrainingSpecification(
      batch: 8, shards: 2,
      rules: .init {
        $0.loss = loss
        $0.noise = .fresh
        $0.updates.discriminator = 2
        $0.discriminator = optimizer
      })
    let engine = Engine(kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: 2, kernels: kernels))
    let step = try GANStep(model, training, samples: 8, engine: engine)
    var stream = RandomStream(seed: 5, purpose: .synthetic)
    stream.fillUniform(step.realImages(8).values)
    return (step, LocalBatch(firstSample: 0, shardSizes: [4, 4], globalSamples: 8))
  }

  private func largest(_ network: Network) -> Float {
    network.tensors.flatMap { $0.values(in: network.parameters) }.map(abs).max() ?? .nan
  }

  @Test func theCriticIsClipped() throws {
    let (step, batch) = try step(.wasserstein(.init(clip: 0.01)))
    #expect(largest(step.discriminator) > 0.02, "before")
    let report = try step.step(0, batch)
    #expect(largest(step.discriminator) == 0.01)
    #expect(largest(step.generator) > 0.02, "the generator is not")
    #expect(report.penalty == nil)
  }

  /// A learning rate at which parameters overflow with finite gradients: clipping does not hide the fault.
  @Test func anInfiniteParameterIsNotClippedAway() throws {
    let (step, batch) = try step(
      .wasserstein(), .rmsprop(.init(learningRate: 3e38)))
    _ = try step.step(0, batch)
    let fault = try #require(step.fault)
    #expect(fault.network == "discriminator" && fault.part == .parameter && fault.value.isInfinite, "\(fault)")
  }

  /// E[D(G(z))] − E[D(x)] for the critic, −E[D(G(z))] for G; scores, not probabilities.
  @Test func lossesAreScores() throws {
    let (step, batch) = try step(.wassersteinPenalty(.init(weight: 3)), batchNorm: false)
    let report = try step.step(0, batch)
    #expect(report.lossReal == -report.probabilityReal && report.lossFake == report.probabilityFake)
    #expect(report.lossGenerator == -report.probabilityFakeAfter)
    let penalty = try #require(report.penalty)
    #expect(penalty > 0 && penalty <= 3 * 1.1, "the gradient begins near 0: \(penalty)")
    #expect(report.lossDiscriminator == report.lossReal + report.lossFake + penalty)
  }

  /// The penalty drives the gradient's norm to 1; with a smaller weight the norm settles farther above 1.
  @Test func theGradientGrowsToLength1() throws {
    let (step, batch) = try step(
      .wassersteinPenalty(.init(weight: 100)), batchNorm: false,
      .adam(.init(learningRate: 1e-3, beta1: 0, beta2: 0.9)))
    var norms: [Double] = []
    for index in 0..<200 { norms.append(try step.step(index, batch).gradientNorm ?? .nan) }
    #expect(norms[0] < 0.3 && (0.8...1.2).contains(norms[199]), "from \(norms[0]) to \(norms[199])")
  }
}
