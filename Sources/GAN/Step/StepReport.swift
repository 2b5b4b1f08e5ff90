/// Losses and scores of a step: means over the global batch and over the step's updates, equal on all ranks.
package struct StepReport: Sendable, Equatable {
  /// D's loss on real images.
  package var lossReal = 0.0
  /// D's loss on fakes.
  package var lossFake = 0.0
  package var lossGenerator = 0.0
  /// D(x): D's mean probability of real for real images; for a critic, its mean score.
  package var probabilityReal = 0.0
  /// D(G(z)) before D's update.
  package var probabilityFake = 0.0
  /// D(G(z)) after D's update.
  package var probabilityFakeAfter = 0.0
  /// Shares of real images and of fakes that D classifies correctly, and of fakes that it classifies as real after its
  /// update.
  package var accuracyReal = 0.0
  package var accuracyFake = 0.0
  package var accuracyGenerator = 0.0
  /// D's total loss, with the penalty.
  package var lossDiscriminator = 0.0
  /// The weighted gradient penalty, and the mean norm of the gradient; nil if there is no penalty.
  package var penalty: Double?
  package var gradientNorm: Double?

  package init() {}

  /// Sets D's part from one update; `weight` is the factor of the two losses in their sum.
  mutating func take(real: BatchLoss.Means, fake: BatchLoss.Means, weight: Double) {
    (lossReal, probabilityReal, accuracyReal) = (real.loss, real.score, real.accuracy)
    (lossFake, probabilityFake, accuracyFake) = (fake.loss, fake.score, fake.accuracy)
    lossDiscriminator = weight * (real.loss + fake.loss) + (penalty ?? 0)
  }

  /// Adds one of D's updates to the means.
  mutating func add(discriminator update: StepReport, share: Double) {
    lossReal += share * update.lossReal
    lossFake += share * update.lossFake
    lossDiscriminator += share * update.lossDiscriminator
    probabilityReal += share * update.probabilityReal
    probabilityFake += share * update.probabilityFake
    accuracyReal += share * update.accuracyReal
    accuracyFake += share * update.accuracyFake
    if let more = update.penalty { penalty = (penalty ?? 0) + share * more }
    if let more = update.gradientNorm { gradientNorm = (gradientNorm ?? 0) + share * more }
  }

  /// Adds one of G's updates to the means.
  mutating func add(generator update: StepReport, share: Double) {
    lossGenerator += share * update.lossGenerator
    probabilityFakeAfter += share * update.probabilityFakeAfter
    accuracyGenerator += share * update.accuracyGenerator
  }

  package var isFinite: Bool { (lossDiscriminator + lossGenerator).isFinite }
}
