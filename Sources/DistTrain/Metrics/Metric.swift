/// The metrics that training reports of a step; every metric is declared only here.
///
/// A case's raw value is its key in `metrics.jsonl`, and the order of the cases is that of a line. The log, the
/// terminal, TensorBoard and docs/metrics.md take the rest from `declaration`.
package enum Metric: String, CaseIterable, CodingKey, Sendable {
  case step
  case epoch
  case images
  case lossD
  case lossG
  case probabilityReal = "Dx"
  case probabilityFake = "DGz1"
  case probabilityFakeAfter = "DGz2"
  case imagesPerSecond
  case secondsPerStep
  case lossReal
  case lossFake
  case lossHeldOut
  case accuracyReal
  case accuracyFake
  case accuracyHeldOut
  case accuracyGenerator
  case penalty
  case gradientNorm
  case slicedWasserstein
  case secondsCompute
  case secondsExchange
  case secondsData

  /// The groups that TensorBoard shows side by side.
  package enum Group: String, CaseIterable, Sendable {
    case losses, discriminator, speed, run, quality
  }

  /// The value as a function of the measurements; nil if it was not measured.
  package enum Value {
    case whole((StepMeasurements) -> Int?)
    case number((StepMeasurements) -> Double?)
    /// A time of each rank.
    case overRanks((StepMeasurements) -> StepTimes.Spread?)
  }

  package struct Declaration {
    package let group: Group
    /// One sentence, in Markdown.
    package let summary: String
    package let value: Value
  }

  package var declaration: Declaration {
    switch self {
    case .step: .whole(.run, "Steps done.") { $0.step }
    case .epoch: .whole(.run, "Whole epochs done.") { $0.epoch }
    case .images:
      .whole(.speed, "Real images that the discriminator was trained on since the run began.") { $0.images }

    case .lossD:
      .number(.losses, "The discriminator's loss that its optimizer minimizes, a gradient penalty included.") {
        $0.report.lossDiscriminator
      }
    case .lossG: .number(.losses, "The generator's loss.") { $0.report.lossGenerator }
    case .lossReal: .number(.losses, "The discriminator's loss on real images.") { $0.report.lossReal }
    case .lossFake: .number(.losses, "The discriminator's loss on generated images.") { $0.report.lossFake }
    case .lossHeldOut:
      .number(.losses, "The discriminator's loss on the held-out images of `data.validation`, at the end of an epoch.")
      {
        $0.heldOut?.loss
      }
    case .penalty:
      .number(.losses, "The gradient penalty times its weight, with `train.loss.kind: wganGP`.") { $0.report.penalty }

    case .probabilityReal:
      .number(
        .discriminator,
        "D(x): the mean probability that the discriminator gives to real images of being real; a critic's mean score."
      ) { $0.report.probabilityReal }
    case .probabilityFake:
      .number(
        .discriminator,
        "D(G(z)): the mean probability that the discriminator gives to generated images of being real, before its "
          + "update; a critic's mean score."
      ) { $0.report.probabilityFake }
    case .probabilityFakeAfter:
      .number(
        .discriminator,
        "D(G(z)): the mean probability that the discriminator gives to generated images of being real, after its "
          + "update; a critic's mean score."
      ) { $0.report.probabilityFakeAfter }
    case .accuracyReal:
      .number(.discriminator, "The share of real images that the discriminator classifies as real.") {
        $0.report.accuracyReal
      }
    case .accuracyFake:
      .number(.discriminator, "The share of generated images that the discriminator classifies as generated.") {
        $0.report.accuracyFake
      }
    case .accuracyHeldOut:
      .number(
        .discriminator,
        "The share of held-out images that the discriminator classifies as real, at the end of an epoch."
      ) { $0.heldOut?.accuracy }
    case .accuracyGenerator:
      .number(
        .discriminator, "The share of generated images that the discriminator classifies as real after its update."
      ) { $0.report.accuracyGenerator }

    case .imagesPerSecond:
      .number(.speed, "Real images per second since the last line, at the pace of the slowest rank.") {
        $0.imagesPerSecond
      }
    case .secondsPerStep:
      .number(.speed, "Seconds per step on the slowest rank, a mean since the last line.") { $0.times?.perStep }
    case .secondsCompute:
      .overRanks(.speed, "Seconds per step of everything but exchange and data.") { $0.times?.compute }
    case .secondsExchange:
      .overRanks(.speed, "Seconds per step in the exchange with other ranks, waiting included.") { $0.times?.exchange }
    case .secondsData: .overRanks(.speed, "Seconds per step to load the step's images.") { $0.times?.data }

    case .gradientNorm:
      .number(
        .quality,
        "The mean norm of the critic's gradient with respect to its input at the points of the gradient penalty, which "
          + "pulls it to 1, with `train.loss.kind: wganGP`."
      ) { $0.report.gradientNorm }
    case .slicedWasserstein:
      .number(
        .quality,
        "The sliced Wasserstein distance of new samples to the held-out images, before a checkpoint, with "
          + "`output.checkpoints.best: slicedWasserstein`."
      ) { $0.quality?.value(of: .slicedWasserstein) }
    }
  }
}

extension Metric.Declaration {
  fileprivate static func whole(
    _ group: Metric.Group, _ summary: String, _ value: @escaping (StepMeasurements) -> Int?
  ) -> Self {
    Self(group: group, summary: summary, value: .whole(value))
  }

  fileprivate static func number(
    _ group: Metric.Group, _ summary: String, _ value: @escaping (StepMeasurements) -> Double?
  ) -> Self {
    Self(group: group, summary: summary, value: .number(value))
  }

  fileprivate static func overRanks(
    _ group: Metric.Group, _ summary: String, _ value: @escaping (StepMeasurements) -> StepTimes.Spread?
  ) -> Self {
    Self(group: group, summary: summary, value: .overRanks(value))
  }
}
