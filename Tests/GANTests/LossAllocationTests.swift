import GAN
import Numerics
import Testing

/// Every loss, optimizer and option of a step.
extension AllocationTests {
  /// The kinds of `LossSpecification` and of labels. One that is missing in `init` or `variants` does not compile.
  enum LossKind: CaseIterable {
    case fixedLabels, randomLabels, hinge, leastSquares, relativistic, wasserstein, wassersteinPenalty

    init(_ loss: LossSpecification) {
      switch loss {
      case .binaryCrossEntropy(let loss):
        self = if case .fixed = loss.labels { .fixedLabels } else { .randomLabels }
      case .hinge: self = .hinge
      case .leastSquares: self = .leastSquares
      case .relativistic: self = .relativistic
      case .wasserstein: self = .wasserstein
      case .wassersteinPenalty: self = .wassersteinPenalty
      }
    }

    var variants: [LossSpecification] {
      switch self {
      case .fixedLabels:
        DiscriminatorLoss.allCases.flatMap { kind -> [LossSpecification] in
          [(1, 0), (0.9, 0.1)].map {
            .binaryCrossEntropy(.init(labels: .fixed(real: $0, fake: $1), discriminator: kind))
          }
        }
      case .randomLabels:
        DiscriminatorLoss.allCases.map {
          .binaryCrossEntropy(.init(labels: .random(amplitude: 0.2), discriminator: $0))
        }
      case .hinge: [.hinge()]
      case .leastSquares: [.leastSquares()]
      case .relativistic: [.relativistic()]
      case .wasserstein: [.wasserstein()]
      case .wassersteinPenalty: [.wassersteinPenalty()]
      }
    }

    /// The numbers of D's logits that the loss supports.
    var logits: [Int] {
      switch self {
      case .fixedLabels, .randomLabels: [1, 2]
      case .hinge, .leastSquares, .relativistic, .wasserstein, .wassersteinPenalty: [1]
      }
    }
  }

  /// D is piecewise linear, as the penalty requires, with every such kind of layer.
  private static func model(logits: Int) -> ModelSpecification {
    let judging: [LayerSpecification] = [
      .convolution(.init(channels: 4, kernel: 4, stride: 2, padding: 1, bias: true)), .leakyRelu(slope: 0.2),
      .upsample(scale: 2, mode: .bilinear), .dropout(rate: 0.3),
      .convolution(.init(channels: 4, kernel: 3, stride: 2, padding: 1, bias: false)), .relu,
      .dropout(rate: 0.3, kind: .channel),
      .transposedConvolution(.init(channels: 2, kernel: 4, stride: 2, padding: 1, bias: true)),
      .reshape(FeatureShape(channels: 8, height: 4, width: 4)), .flatten, .dense(units: logits),
    ]
    var model = LayerKind.model([.batchNorm(), .relu])
    model.discriminator = .layers(judging)
    return model
  }

  @Test(arguments: LossKind.allCases, [(1, 5), (2, 5)])
  func aStepByALossAllocatesNothing(_ kind: LossKind, _ test: (threads: Int, shards: Int)) throws {
    for loss in kind.variants {
      #expect(LossKind(loss) == kind)
      for logits in kind.logits {
        for noise in NoisePolicy.allCases {
          let training = TrainingSpecification(
            batch: 10, shards: test.shards,
            rules: .init {
              $0.loss = loss
              $0.noise = noise
            })
          try expectNoAllocation(
            Self.model(logits: logits), training, threads: test.threads, shards: test.shards)
        }
      }
    }
  }

  /// Beside the loss: augmentation and noise on D's input, several updates, running statistics that are updated twice.
  @Test(arguments: LossKind.allCases, GeneratorStatistics.allCases)
  func aStepWithEveryOptionAllocatesNothing(_ kind: LossKind, _ statistics: GeneratorStatistics) throws {
    for (noise, updates) in [
      (NoisePolicy.reuse, UpdateCounts.oneEach), (.fresh, .init(discriminator: 3, generator: 2)),
    ] {
      let training = TrainingSpecification(
        batch: 10, shards: 5,
        rules: .init {
          $0.loss = kind.variants[0]
          $0.inputNoise = 0.1
          $0.augmentation = .init(Set(DifferentiableAugmentation.Group.allCases), probability: 0.7)
          $0.noise = noise
          $0.updates = updates
          $0.generatorStatistics = statistics
        })
      for latents in [LatentSpecification.Distribution.normal, .uniform] {
        var model = Self.model(logits: 1)
        model.latent.distribution = latents
        try expectNoAllocation(model, training, threads: 1, shards: 5)
      }
    }
  }

  /// The kinds of `OptimizerSpecification`. One that is missing in `init` or `decaying` does not compile.
  enum OptimizerKind: CaseIterable {
    case adam, adamW, rmsprop

    init(_ optimizer: OptimizerSpecification) {
      switch optimizer {
      case .adam: self = .adam
      case .adamW: self = .adamW
      case .rmsprop: self = .rmsprop
      }
    }

    func decaying(_ decay: Double) -> OptimizerSpecification {
      switch self {
      case .adam: .adam(.init(weightDecay: decay))
      case .adamW: .adamW(.init(.init(weightDecay: decay)))
      case .rmsprop: .rmsprop(.init(weightDecay: decay))
      }
    }
  }

  @Test(arguments: OptimizerKind.allCases, OptimizerKind.allCases)
  func aStepByAnOptimizerAllocatesNothing(_ generator: OptimizerKind, _ discriminator: OptimizerKind) throws {
    for decay in [0, 0.01] {
      #expect(OptimizerKind(generator.decaying(decay)) == generator)
      for loss in [LossSpecification.binaryCrossEntropy(), .wasserstein()] {
        let training = TrainingSpecification(
          batch: 10, shards: 5,
          rules: .init {
            $0.loss = loss
            $0.generator = generator.decaying(decay)
            $0.discriminator = discriminator.decaying(decay)
          })
        try expectNoAllocation(Self.model(logits: 1), training, threads: 1, shards: 5)
      }
    }
  }
}
