import GAN
import Numerics
import Testing

/// Losses of a batch without an update.
@Suite struct EvaluationTests {
  private func step(batchNorm: Bool, rate: Double) throws -> (GANStep, LocalBatch) {
    let kernels = Kernels(.native)
    let model = ModelSpecification(
      latent: .init(size: 6), generator: .preset(.init(.dcgan, width: 4)),
      discriminator: .preset(.init(.dcgan, width: 4, batchNorm: batchNorm)),
      image: FeatureShape(channels: 3, height: 32, width: 32))
    let training = TrainingSpecification(
      batch: 8, shards: 2,
      rules: .init {
        $0.loss = .binaryCrossEntropy(.init(labels: .fixed(real: 0.9, fake: 0.1), discriminator: .mean))
        $0.generator = .adam(.init(learningRate: rate))
        $0.discriminator = .adam(.init(learningRate: rate))
      })
    let engine = Engine(kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: 2, kernels: kernels))
    let step = try GANStep(model, training, samples: 8, engine: engine)
    var stream = RandomStream(seed: 5, purpose: .synthetic)
    stream.fillUniform(step.realImages(8).values)
    return (step, LocalBatch(firstSample: 0, shardSizes: [4, 4], globalSamples: 8))
  }

  /// Without batch norm, D's loss and scores on a held-out batch are those of the next step on that batch.
  @Test func heldOutImagesAgainstTheLabelsThatDLearns() throws {
    let (step, batch) = try step(batchNorm: false, rate: 0.002)
    for index in 0..<3 {
      let means = try step.scoreHeldOut(index, batch)
      let report = try step.step(index, batch)
      #expect(means.loss == report.lossReal && means.accuracy == report.accuracyReal)
      #expect(means.score == report.probabilityReal)
    }
  }

  /// Uses running statistics and leaves them unchanged.
  @Test func heldOutImagesMoveNothing() throws {
    let (step, batch) = try step(batchNorm: true, rate: 0.002)
    _ = try step.step(0, batch)
    let before = step.discriminator.bufferTensors.map { $0.values(in: step.discriminator.buffers) }
    let means = try step.scoreHeldOut(1, batch)
    #expect(step.discriminator.bufferTensors.map { $0.values(in: step.discriminator.buffers) } == before)
    #expect(try step.step(1, batch).lossReal != means.loss)
  }

  /// Networks that are not updated have the same losses after the step, by the same operations in the same order;
  /// updated networks have other losses.
  @Test func recomputedLosses() throws {
    let (still, batch) = try step(batchNorm: true, rate: 1e-30)
    let report = try still.step(0, batch)
    let before = still.generator.bufferTensors.map { $0.values(in: still.generator.buffers) }
    let losses = try still.losses(of: batch)
    #expect(losses.discriminator == report.lossDiscriminator && losses.generator == report.lossGenerator)
    #expect(still.generator.bufferTensors.map { $0.values(in: still.generator.buffers) } == before)

    let (learning, _) = try step(batchNorm: true, rate: 0.002)
    let first = try learning.step(0, batch)
    let second = try learning.losses(of: batch)
    #expect(second.discriminator < first.lossDiscriminator, "D has learned")
  }

  /// G makes the fakes once, and its running statistics are updated as if it had made them for each update.
  @Test func runningStatisticsMoveTwice() throws {
    func buffers(_ statistics: GeneratorStatistics, momentum: Float) throws -> [[Float]] {
      let kernels = Kernels(.native)
      let model = ModelSpecification(
        latent: .init(size: 6),
        generator: .layers([
          .transposedConvolution(.init(channels: 4, kernel: 4, padding: .symmetric(0), bias: false)),
          .batchNorm(.init(momentum: momentum)), .relu,
          .transposedConvolution(.init(channels: 3, kernel: 8, stride: 8, padding: .symmetric(0), bias: false)), .tanh,
        ]), discriminator: .preset(.init(.dcgan, width: 4)), image: FeatureShape(channels: 3, height: 32, width: 32))
      let training = TrainingSpecification(batch: 8, shards: 2, rules: .init { $0.generatorStatistics = statistics })
      let engine = Engine(kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: 2, kernels: kernels))
      let step = try GANStep(model, training, samples: 8, engine: engine)
      _ = try step.step(0, LocalBatch(firstSample: 0, shardSizes: [4, 4], globalSamples: 8))
      return step.generator.bufferTensors.map { $0.values(in: step.generator.buffers) }
    }
    // A weight of 1 − (1 − m)² instead of m.
    let twice = try buffers(.eachUpdate, momentum: 0.1)
    let once = try buffers(.once, momentum: 0.19)
    let whole = try buffers(.once, momentum: 1)
    let starts: [Float] = [0, 1]  // of means and of variances
    var worst = 0.0
    for (index, statistics) in whole.enumerated() {
      for (channel, statistic) in statistics.enumerated() {
        // With M the larger of the start and the statistic, r + m (s − r) rounds a difference of at most 2 M, its share
        // m and the sum: (4 m + 1) u M, so 2.8 u M for two updates with 0.1 and 1.8 u M for one with 0.19. The rounding
        // of 0.1 and 0.19 changes the result by another 0.8 u M.
        let largest = Double(max(starts[index], abs(statistic)))
        let difference = abs(Double(twice[index][channel]) - Double(once[index][channel]))
        worst = max(worst, difference / (RoundingModel.gamma(6) * largest))
      }
    }
    print("running statistics moved twice: \(worst) of the bound")
    #expect(worst <= 1, "\(twice), \(once)")
    #expect(try buffers(.once, momentum: 0.1) != twice)
  }
}
