import Numerics

/// The penalty λ · E[(‖∇D(x̂)‖ − 1)²] on points between real images and fakes, x̂ = ε · real + (1 − ε) · fake, with one
/// uniform ε per sample (Gulrajani et al. 2017, algorithm 1), and its gradient with respect to D's parameters.
///
/// That gradient is exact for a piecewise linear critic, whose input gradient g does not depend on x̂ between kinks,
/// only on the parameters. With v = 2λ/n · (‖g‖ − 1) · g / ‖g‖ held fixed, it is the gradient of ⟨v, g⟩, the derivative
/// of D along v. A forward and a backward pass compute g; a tangent pass forward from v and a backward pass through it
/// compute the gradient.
final class GradientPenalty {
  /// ε of the last penalty's samples, [samples, 1, 1, 1].
  private(set) var mix: Tensor
  private let weight: Double
  private let discriminator: Network
  private let pointPass: Pass
  private let tangentPass: Pass
  private let mixMemory: Tensor
  private let pointMemory: MemoryPlan.Block<Float>
  private var region: UnsafeMutableRawPointer?
  /// Per shard, the sums of (‖g‖ − 1)² and of ‖g‖.
  private let statistics: ShardStatistics
  private let samples: Int

  /// - Parameters:
  ///   - weight: λ.
  ///   - samples: the most samples of a pass on this rank.
  init(weight: Float, _ discriminator: Network, samples: Int, engine: Engine, plan: inout MemoryPlan) {
    self.weight = Double(weight)
    self.discriminator = discriminator
    self.samples = samples
    statistics = ShardStatistics(width: 2, groups: 1, peers: engine.peers, arena: engine.arena)
    mixMemory = engine.arena.tensor(Shape(samples: samples, height: 1, width: 1, channels: 1))
    mix = mixMemory
    pointMemory = plan.hold(samples * discriminator.inputShape.sampleCount, of: Float.self)
    pointPass = Pass(discriminator, samples: samples, groups: 1, plan: &plan)
    let slopes = pointPass.planBackwardToInput(keepsOutputs: true, plan: &plan)
    tangentPass = Pass(discriminator, samples: samples, groups: 1, tangentOf: pointPass, plan: &plan)
    tangentPass.planBackward(plan: &plan)
    pointPass.releaseOutputs(plan: &plan)
    plan.release(slopes)
    plan.release(pointMemory)
  }

  /// Sets the memory of the completed plan.
  func attach(_ region: UnsafeMutableRawPointer) {
    self.region = region
    pointPass.attach(region)
    tangentPass.attach(region)
  }

  /// Draws ε for one update.
  func begin(_ randomness: PassRandomness, update: Int, samples: Int) {
    pointPass.randomness = randomness
    tangentPass.randomness = randomness
    mix = mixMemory[samples: 0..<samples]
    for sample in 0..<samples {
      var stream = RandomStream(
        seed: randomness.seed, purpose: .penaltyMix, step: randomness.step, update: update,
        sample: randomness.firstSample + sample)
      mix.sample(sample)[0] = stream.nextUniform()
    }
  }

  /// Sums the penalty's gradients into one group of D's sums. Collective.
  ///
  /// - Returns: the weighted penalty, and the mean of ‖g‖.
  func gradients(
    real: Tensor, fake: Tensor, layout: BatchLayout, into group: Int
  ) throws -> (penalty: Double, gradientNorm: Double) {
    let points = Tensor(discriminator.inputShape.with(samples: layout.samples), pointMemory.start(in: region!))
    let count = points.shape.sampleCount
    for sample in 0..<layout.samples {
      let (share, point) = (mix.sample(sample)[0], points.sample(sample))
      let (real, fake) = (real.sample(sample), fake.sample(sample))
      for place in 0..<count { point[place] = share * real[place] + (1 - share) * fake[place] }
    }
    // D's value is the mean of its outputs.
    let share = Float(discriminator.outputShare)
    _ = try discriminator.forward(points, pass: pointPass, layout: layout, mode: .training)
    pointPass.setOutputGradients(of: layout.samples, to: share)
    let slopes = try discriminator.backwardToInput(points, pass: pointPass, layout: layout, summingGradients: false)

    for (shard, samples) in layout.segments[0].enumerated() {
      let leaf = statistics.leaf(group: 0, shard: shard)
      leaf.update(repeating: 0, count: 2)
      for sample in samples {
        let norm = direct(slopes.sample(sample), count: count, of: layout.globalSamples)
        leaf[0] += (norm - 1) * (norm - 1)
        leaf[1] += norm
      }
    }
    try statistics.sum(groups: 1)
    let total = statistics.total(group: 0)
    let (penalty, norm) = (
      weight * total[0] / Double(layout.globalSamples), total[1] / Double(layout.globalSamples)
    )

    _ = try discriminator.forward(slopes, pass: tangentPass, layout: layout, mode: .tangent)
    tangentPass.setOutputGradients(of: layout.samples, to: share)
    try discriminator.backward(input: slopes, pass: tangentPass, layout: layout, into: group)
    return (penalty, norm)
  }

  /// Replaces one sample's g by v; if g is 0, v is 0, as in PyTorch.
  ///
  /// - Returns: ‖g‖.
  private func direct(_ slope: Floats, count: Int, of samples: Int) -> Double {
    var square = 0.0
    for place in 0..<count { square += Double(slope[place]) * Double(slope[place]) }
    let norm = square.squareRoot()
    let factor = norm > 0 ? Float(2 * weight / Double(samples) * (norm - 1) / norm) : 0
    for place in 0..<count { slope[place] *= factor }
    return norm
  }
}

extension LayerSpecification {
  /// Whether the derivative of its output with respect to its input is constant between kinks, and each sample's output
  /// depends on that sample alone.
  package var isPiecewiseLinear: Bool {
    switch self {
    case .dense, .reshape, .flatten, .convolution, .transposedConvolution, .upsample, .dropout, .relu, .leakyRelu,
      .branch:
      true
    case .batchNorm, .tanh: false
    }
  }
}
