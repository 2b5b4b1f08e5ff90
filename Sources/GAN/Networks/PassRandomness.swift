import Tensor

/// Where the layers of a pass get their random numbers: the same for a sample on any number of ranks.
package struct PassRandomness: Sendable {
  package let seed: UInt64
  package let step: Int
  /// Number of the pass among those of the step, counting each group as one.
  package var number: Int
  /// Index in the global batch of this rank's first sample of each group.
  package let firstSample: Int

  package init(seed: UInt64, step: Int, number: Int, firstSample: Int) {
    self.seed = seed
    self.step = step
    self.number = number
    self.firstSample = firstSample
  }

  /// Most layers of a network.
  package static let layerLimit = 1 << 10

  /// The numbers of one sample of the pass in one layer.
  func stream(_ purpose: RandomPurpose, layer: Int, sample: Int, _ layout: BatchLayout) -> RandomStream {
    let (group, place) = sample.quotientAndRemainder(dividingBy: layout.samplesPerGroup)
    return RandomStream(
      seed: seed, purpose: purpose, step: step, update: (number + group) * Self.layerLimit + layer,
      sample: firstSample + place)
  }
}
