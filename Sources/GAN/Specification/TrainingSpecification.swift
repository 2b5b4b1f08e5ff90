/// Adam's settings (Kingma & Ba 2014, algorithm 1).
package struct AdamSpecification: Hashable, Sendable {
  package var learningRate: Double
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  package var weightDecay: Double
  /// Whether weights decay by themselves (Loshchilov & Hutter 2019, PyTorch's `AdamW`), not through the gradient.
  package var isDecoupled: Bool

  package init(
    learningRate: Double = 2e-4, beta1: Double = 0.5, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0, isDecoupled: Bool = false
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isDecoupled = isDecoupled
  }
}

/// The labels that D learns to answer; G always wants 1, smoothed or not.
package enum LabelSpecification: Hashable, Sendable {
  /// The same for all samples: the probability of being real (Salimans et al. 2016, section 3.4).
  case fixed(real: Float, fake: Float)
  /// Drawn for each sample: its own class 1 − amplitude · u, the other amplitude · u′, u and u′ uniform in (0, 1). Two
  /// logits' labels are divided by their sum; one logit's is that of real.
  case random(amplitude: Float)
}

/// How D's losses on real images and on fakes make one.
package enum DiscriminatorLoss: String, Hashable, Sendable, CaseIterable {
  case sum, mean
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
  package var discriminatorLoss: DiscriminatorLoss
  /// Deviation of the normal noise that is added to what D sees.
  package var inputNoise: Float
  package var noise: NoisePolicy
  package var generator: AdamSpecification
  package var discriminator: AdamSpecification

  package init(
    batch: Int, shards: Int, seed: UInt64 = 1, labels: LabelSpecification = .fixed(real: 1, fake: 0),
    discriminatorLoss: DiscriminatorLoss = .sum, inputNoise: Float = 0, noise: NoisePolicy = .reuse,
    generator: AdamSpecification = .init(), discriminator: AdamSpecification = .init()
  ) {
    self.batch = batch
    self.shards = shards
    self.seed = seed
    self.labels = labels
    self.discriminatorLoss = discriminatorLoss
    self.inputNoise = inputNoise
    self.noise = noise
    self.generator = generator
    self.discriminator = discriminator
  }

  /// Samples of the largest shard.
  package var samplesPerShard: Int { (batch + shards - 1) / shards }
}
