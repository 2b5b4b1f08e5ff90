/// Whether G learns from the fakes that D has just learned from, or new ones.
package enum NoisePolicy: String, Hashable, Sendable, CaseIterable {
  case reuse, fresh
}

/// How often G's running statistics move in a step that reuses D's fakes.
package enum GeneratorStatistics: String, Hashable, Sendable, CaseIterable {
  /// Once, as G's one pass does.
  case once
  /// For each of the two updates, as graphs do that compute the fakes anew for both.
  case eachUpdate
}

/// How often each network is updated in a step.
package struct UpdateCounts: Hashable, Sendable {
  /// Each on real images of its own.
  package var discriminator: Int
  /// Each with latents of its own.
  package var generator: Int

  package init(discriminator: Int = 1, generator: Int = 1) {
    self.discriminator = discriminator
    self.generator = generator
  }

  package static let oneEach = UpdateCounts()
}

/// What a step does beyond the networks themselves, whatever its batch is. A setting of `train` that the step reads is a
/// property here, and a line in `TrainSettings.declare`.
package struct StepRules: Hashable, Sendable {
  package var loss = LossSpecification.binaryCrossEntropy()
  /// Standard deviation of the normal noise that is added to D's input.
  package var inputNoise: Float = 0
  /// `reuse` needs one update each.
  package var noise = NoisePolicy.reuse
  package var updates = UpdateCounts.oneEach
  package var generatorStatistics = GeneratorStatistics.once
  package var generator = OptimizerSpecification.adam()
  package var discriminator = OptimizerSpecification.adam()

  package init() {}

  /// The default rules, changed by `change`.
  package init(_ change: (inout Self) -> Void) { change(&self) }

  /// Between images and D, in order.
  package var inputOperations: [InputOperation] { inputNoise > 0 ? [.noise(standardDeviation: inputNoise)] : [] }
}

/// How the two networks are trained.
package struct TrainingSpecification: Hashable, Sendable {
  /// Images a step, over all ranks.
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
