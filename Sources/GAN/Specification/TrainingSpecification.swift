/// Adam's settings (Kingma & Ba 2014, algorithm 1).
package struct AdamSpecification: Hashable, Sendable {
  package var learningRate: Double
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  /// L2 penalty added to the gradient, as in PyTorch's `Adam(weight_decay=…)`.
  package var weightDecay: Double

  package init(
    learningRate: Double = 2e-4, beta1: Double = 0.5, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }
}

/// The labels that D learns to answer; G always wants 1, smoothed or not.
package struct LabelSpecification: Hashable, Sendable {
  package var real: Float
  package var fake: Float

  package init(real: Float = 1, fake: Float = 0) {
    self.real = real
    self.fake = fake
  }
}

/// Whether the generator's step judges the fakes that D has just learned from, or new ones.
package enum NoisePolicy: String, Hashable, Sendable, CaseIterable {
  case reuse, fresh
}

/// One step's rules beyond the networks themselves.
package struct TrainingSpecification: Hashable, Sendable {
  /// Images a step, over all ranks.
  package var batch: Int
  package var shards: Int
  package var seed: UInt64
  package var labels: LabelSpecification
  package var noise: NoisePolicy
  package var generator: AdamSpecification
  package var discriminator: AdamSpecification

  package init(
    batch: Int, shards: Int, seed: UInt64 = 1, labels: LabelSpecification = .init(), noise: NoisePolicy = .reuse,
    generator: AdamSpecification = .init(), discriminator: AdamSpecification = .init()
  ) {
    self.batch = batch
    self.shards = shards
    self.seed = seed
    self.labels = labels
    self.noise = noise
    self.generator = generator
    self.discriminator = discriminator
  }

  /// Samples of the largest shard.
  package var samplesPerShard: Int { (batch + shards - 1) / shards }
}
