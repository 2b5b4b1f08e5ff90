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

/// One step's rules beyond the networks themselves.
package struct TrainingSpecification: Hashable, Sendable {
  /// Images a step, over all ranks.
  package var batch: Int
  package var shards: Int
  package var seed: UInt64
  package var loss: LossSpecification
  /// Standard deviation of the normal noise that is added to what D sees.
  package var inputNoise: Float
  /// `reuse` needs one update each.
  package var noise: NoisePolicy
  package var updates: UpdateCounts
  package var generatorStatistics: GeneratorStatistics
  package var generator: OptimizerSpecification
  package var discriminator: OptimizerSpecification

  package init(
    batch: Int, shards: Int, seed: UInt64 = 1, loss: LossSpecification = .binaryCrossEntropy(),
    inputNoise: Float = 0, noise: NoisePolicy = .reuse, updates: UpdateCounts = .oneEach,
    generatorStatistics: GeneratorStatistics = .once, generator: OptimizerSpecification = .adam(),
    discriminator: OptimizerSpecification = .adam()
  ) {
    self.batch = batch
    self.shards = shards
    self.seed = seed
    self.loss = loss
    self.inputNoise = inputNoise
    self.noise = noise
    self.updates = updates
    self.generatorStatistics = generatorStatistics
    self.generator = generator
    self.discriminator = discriminator
  }

  /// Between images and D, in order.
  package var inputOperations: [InputOperation] { inputNoise > 0 ? [.noise(standardDeviation: inputNoise)] : [] }

  /// Samples of the largest shard.
  package var samplesPerShard: Int { (batch + shards - 1) / shards }
}
