/// The rule by which gradients move parameters.
package enum OptimizerKind: String, Hashable, Sendable, CaseIterable {
  /// Kingma & Ba 2014, algorithm 1; weights decay through the gradient.
  case adam
  /// Loshchilov & Hutter 2019, algorithm 2: weights decay by themselves.
  case adamW
  /// Tieleman & Hinton 2012, lecture 6.5, as PyTorch has it: Adam with beta1 0 and without bias correction.
  case rmsprop
}

/// Settings of Adam and its kin.
package struct AdamSpecification: Hashable, Sendable {
  package var kind: OptimizerKind
  package var learningRate: Double
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  package var weightDecay: Double

  package init(
    _ kind: OptimizerKind = .adam, learningRate: Double = 2e-4, beta1: Double = 0.5, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.kind = kind
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }
}

/// Whether the generator's step judges the fakes that D has just learned from, or new ones.
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
  /// Deviation of the normal noise that is added to what D sees.
  package var inputNoise: Float
  /// `reuse` needs one update each.
  package var noise: NoisePolicy
  package var updates: UpdateCounts
  package var generatorStatistics: GeneratorStatistics
  package var generator: AdamSpecification
  package var discriminator: AdamSpecification

  package init(
    batch: Int, shards: Int, seed: UInt64 = 1, loss: LossSpecification = .binaryCrossEntropy(),
    inputNoise: Float = 0, noise: NoisePolicy = .reuse, updates: UpdateCounts = .oneEach,
    generatorStatistics: GeneratorStatistics = .once, generator: AdamSpecification = .init(),
    discriminator: AdamSpecification = .init()
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

  /// Samples of the largest shard.
  package var samplesPerShard: Int { (batch + shards - 1) / shards }
}
