/// What a step says of itself: means over the global batch, equal on all ranks.
package struct StepReport: Sendable, Equatable {
  /// D's loss on real images.
  package var lossReal = 0.0
  /// D's loss on fakes.
  package var lossFake = 0.0
  package var lossGenerator = 0.0
  /// D(x): the mean probability that D gives real images of being real.
  package var probabilityReal = 0.0
  /// D(G(z)) before D's update.
  package var probabilityFake = 0.0
  /// D(G(z)) after D's update.
  package var probabilityFakeAfter = 0.0
  /// The shares of real images and of fakes that D takes for what they are, and of fakes that it takes for real ones
  /// after its update.
  package var accuracyReal = 0.0
  package var accuracyFake = 0.0
  package var accuracyGenerator = 0.0
  /// What D descends on.
  package var lossDiscriminator = 0.0

  package init() {}

  package var isFinite: Bool { (lossReal + lossFake + lossGenerator).isFinite }
}
