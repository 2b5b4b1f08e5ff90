/// Whether G's update reuses the fakes of D's update or makes new ones.
package enum NoisePolicy: String, Hashable, Sendable, CaseIterable {
  case reuse, fresh
}

/// Updates of G's running statistics in a step that reuses D's fakes.
package enum GeneratorStatistics: String, Hashable, Sendable, CaseIterable {
  /// Once, for G's one pass.
  case once
  /// Once for each network's update, as in programs that compute the fakes again for G's.
  case eachUpdate
}

/// Updates of each network in a step.
package struct UpdateCounts: Hashable, Sendable {
  /// Each on its own real images.
  package var discriminator: Int
  /// Each with its own latents.
  package var generator: Int

  package init(discriminator: Int = 1, generator: Int = 1) {
    self.discriminator = discriminator
    self.generator = generator
  }

  package static let oneEach = UpdateCounts()
}

/// The rules of a step, independent of its networks and batch. A setting of `train` that the step reads is a property
/// here and a line in `TrainSettings.declare`.
package struct StepRules: Hashable, Sendable {
  package var loss = LossSpecification.binaryCrossEntropy()
  /// Standard deviation of the normal noise that is added to D's input.
  package var inputNoise: Float = 0
  /// Of what D sees, before the noise.
  package var augmentation = DifferentiableAugmentation()
  /// `reuse` requires one update of each network.
  package var noise = NoisePolicy.reuse
  package var updates = UpdateCounts.oneEach
  package var generatorStatistics = GeneratorStatistics.once
  package var generator = OptimizerSpecification.adam()
  package var discriminator = OptimizerSpecification.adam()

  package init() {}

  /// The default rules, changed by `change`.
  package init(_ change: (inout Self) -> Void) { change(&self) }

  /// Operations on D's input, in order.
  package var inputOperations: [InputOperation] {
    (augmentation.operations.isEmpty ? [] : [.augmentation(augmentation)])
      + (inputNoise > 0 ? [.noise(standardDeviation: inputNoise)] : [])
  }
}

/// How the two networks are trained.
package struct TrainingSpecification: Hashable, Sendable {
  /// Images of a batch, over all ranks.
  package var batch: Int
  package var shards: Int
  package var seed: UInt64
  package var rules: StepRules

  package init(batch: Int, shards: Int, seed: UInt64 = 1, rules: StepRules = StepRules()) {
    self.batch = batch
    self.shards = shards
    self.seed = seed
    self.rules = rules
  }

  /// Samples of the largest shard.
  package var samplesPerShard: Int { (batch + shards - 1) / shards }
}
