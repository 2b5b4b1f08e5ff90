import Numerics

/// The random numbers of a pass: for each sample the same on any number of ranks.
package struct PassRandomness: Sendable {
  package let seed: UInt64
  package let step: Int
  /// Number of the pass within the step; each group counts as one.
  package let number: Int
  /// Index in the global batch of this rank's first sample of each group.
  package let firstSample: Int

  /// The passes of one update. Their numbers within a step are 4 · update + kind, D's updates counting before G's.
  package enum Kind: Int, Sendable {
    /// D on real images, then on fakes: two groups, two numbers.
    case discriminator = 0
    /// G making the fakes.
    case fakes = 2
    /// D on fakes in G's updates; in D's updates, the gradient penalty.
    case generator = 3
    package static let penalty = generator
  }

  /// - Parameters:
  ///   - update: number within the step.
  ///   - firstSample: index in the global batch of this rank's first sample.
  package init(seed: UInt64, step: Int, update: Int, _ kind: Kind, firstSample: Int) {
    self.seed = seed
    self.step = step
    number = 4 * update + kind.rawValue
    self.firstSample = firstSample
  }

  /// The most layers of a network.
  package static let layerLimit = 1 << 10

  /// The random numbers of one sample in one layer.
  func stream(_ purpose: RandomPurpose, layer: Int, sample: Int, _ layout: BatchLayout) -> RandomStream {
    let (group, place) = sample.quotientAndRemainder(dividingBy: layout.samplesPerGroup)
    return RandomStream(
      seed: seed, purpose: purpose, step: step, update: (number + group) * Self.layerLimit + layer,
      sample: firstSample + place)
  }
}
