import Foundation

/// What is watched of a training run: the state after `step` steps.
package struct TrainingStatus: Equatable, Sendable {
  package var step: Int
  /// Whole epochs behind it.
  package var epoch: Int
  package var lossD: Double
  package var lossG: Double
  /// D(x): D's mean probability that real images are real.
  package var probabilityReal: Double
  /// D(G(z)) before D's update: the same of generated images.
  package var probabilityFakeBefore: Double
  /// D(G(z)) after it.
  package var probabilityFakeAfter: Double
  package var imagesPerSecond: Double
  /// D's loss on real images and on fakes apart, and on real images that are held out; nil where not measured.
  package var lossReal: Double?
  package var lossFake: Double?
  package var lossHeldOut: Double?
  package var accuracies = Accuracies()
  /// The gradient penalty with its weight, and the mean length of the gradient; nil where there is none.
  package var penalty: Double?
  package var gradientNorm: Double?
  package var quality: ModelQuality?

  /// The shares of images that D takes for what they are, and of fakes that G passes off as real; nil where not measured.
  package struct Accuracies: Equatable, Sendable {
    package var real: Double?
    package var fake: Double?
    package var heldOut: Double?
    package var generator: Double?

    package init(real: Double? = nil, fake: Double? = nil, heldOut: Double? = nil, generator: Double? = nil) {
      self.real = real
      self.fake = fake
      self.heldOut = heldOut
      self.generator = generator
    }
  }

  package init(
    step: Int, epoch: Int, lossD: Double, lossG: Double, probabilityReal: Double, probabilityFakeBefore: Double,
    probabilityFakeAfter: Double, imagesPerSecond: Double
  ) {
    self.step = step
    self.epoch = epoch
    self.lossD = lossD
    self.lossG = lossG
    self.probabilityReal = probabilityReal
    self.probabilityFakeBefore = probabilityFakeBefore
    self.probabilityFakeAfter = probabilityFakeAfter
    self.imagesPerSecond = imagesPerSecond
  }

  // The pieces of a line, each of constant width, so that lines stand in columns.

  var losses: String { "D \(Self.loss(lossD))  G \(Self.loss(lossG))" }

  var ofReal: String { "D(x) \(Self.probability(probabilityReal))" }

  var ofFake: String {
    "D(G(z)) \(Self.probability(probabilityFakeBefore))/\(Self.probability(probabilityFakeAfter))"
  }

  var speed: String {
    imagesPerSecond.isFinite
      ? String(format: imagesPerSecond < 1000 ? "%5.1f images/s" : "%5.0f images/s", imagesPerSecond) : "    - images/s"
  }

  private static func loss(_ value: Double) -> String {
    switch abs(value) {
    case ..<100: String(format: "%6.3f", value)
    case ..<10_000: String(format: "%6.1f", value)
    default: String(format: "%6.0e", value)  // also nan and inf
    }
  }

  private static func probability(_ value: Double) -> String { String(format: "%4.2f", value) }
}
