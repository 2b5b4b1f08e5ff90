import Numerics

/// The two networks in training (Radford, Metz & Chintala 2015). All memory is planned before the first step.
package final class GANStep {
  package let generator: Network
  package let discriminator: Network
  package let trainedGenerator: TrainedNetwork
  package let trainedDiscriminator: TrainedNetwork
  /// Both networks, in the order of a checkpoint.
  package var trained: [TrainedNetwork] { [trainedGenerator, trainedDiscriminator] }
  /// The latents of the last step's updates of D and of G: the same if noise is reused.
  package internal(set) var latents: (discriminator: Tensor, generator: Tensor)

  /// Memory of activations and gradients. Others may use it between steps, which overwrites the gradients.
  package let scratch: UnsafeMutableRawBufferPointer

  /// Called after each update with its report; for traces.
  package var observe: ((Update, StepReport) throws -> Void)?

  let model: ModelSpecification
  package let training: TrainingSpecification
  package var rules: StepRules { training.rules }
  let engine: Engine
  /// Real images, then fakes.
  let pair: Tensor
  let latentMemory: (discriminator: Tensor, generator: Tensor)
  let generatorPass: Pass
  let discriminatorPass: Pass
  /// D's pass on fakes alone, for G's updates.
  let fakesPass: Pass
  /// D's pass on real images alone; nil unless G's loss compares fakes with real images.
  let realsPass: Pass?
  let penalty: GradientPenalty?
  /// Whether D's updates add the penalty, if there is one.
  var isPenalized = true
  /// Whether D's updates improve its estimates of singular vectors.
  var iteratesSpectralNorms = true
  /// Randomness of the pass in which G makes new fakes for its own update.
  var freshFakes: PassRandomness?
  let loss: BatchLoss
  /// The factor of D's losses on real images and on fakes in their sum.
  let discriminatorWeight: Double
  private let parameterBound: Float?
  private var layouts: [StepLayouts] = []

  /// - Parameter samples: the most images of a batch on this rank.
  package init(_ model: ModelSpecification, _ training: TrainingSpecification, samples: Int, engine: Engine) throws {
    let rules = training.rules
    precondition(rules.noise == .fresh || rules.updates == .oneEach, "reused noise means one update each")
    self.model = model
    self.training = training
    self.engine = engine
    generator = try Network(
      name: "generator", layers: model.generatorLayers, input: model.latentShape, groups: 1,
      runningUpdates: rules.noise == .reuse && rules.generatorStatistics == .eachUpdate ? 2 : 1, engine: engine)
    let loss = rules.loss.loss
    // Real images, fakes, and the points of the penalty.
    let groups = loss.gradientPenalty == nil ? 2 : 3
    discriminator = try Network(
      name: "discriminator", layers: model.discriminatorLayers, input: model.imageShape,
      inputOperations: rules.inputOperations, groups: groups, engine: engine)
    precondition(
      generator.outputShapes == [model.imageShape] && discriminator.outputShapes.allSatisfy { 1...2 ~= $0.count },
      "the generator makes images of \(model.imageShape), the discriminator one logit or two in each output")
    generator.initialize(model.initialization, seed: training.seed, number: 0)
    discriminator.initialize(model.initialization, seed: training.seed, number: 1)

    pair = engine.arena.tensor(model.imageShape.with(samples: 2 * samples))
    let first = engine.arena.tensor(model.latentShape.with(samples: samples))
    let second = rules.noise == .fresh ? engine.arena.tensor(first.shape) : first
    latentMemory = (first, second)
    latents = latentMemory
    var plan = MemoryPlan()
    generatorPass = Pass(generator, samples: samples, groups: 1, writesElsewhere: true, plan: &plan)
    // Sums stay to the end of the step, so that callers can still read the gradients after it.
    let discriminatorSums = plan.hold(discriminator.sumsCount, of: Float.self)
    penalty = loss.gradientPenalty.map { [discriminator] weight in
      GradientPenalty(weight: weight, discriminator, samples: samples, engine: engine, plan: &plan)
    }
    discriminatorPass = Pass(discriminator, samples: 2 * samples, groups: 2, plan: &plan)
    discriminatorPass.planBackward(plan: &plan)
    // Its logits are kept until G's loss is computed.
    realsPass =
      loss.comparesPairs
      ? Pass(discriminator, samples: samples, groups: 1, keepsOutputs: false, plan: &plan) : nil
    fakesPass = Pass(discriminator, samples: samples, groups: 1, plan: &plan)
    let imageGradient = fakesPass.planBackwardToInput(plan: &plan)
    let generatorSums = plan.hold(generator.sumsCount, of: Float.self)
    generatorPass.planBackward(from: imageGradient, plan: &plan)
    // A checkpoint gathers the optimizers' states here.
    let states = [(generator, rules.generator), (discriminator, rules.discriminator)].reduce(0) { sum, part in
      sum + type(of: part.1.optimizer).states.count * part.0.flatCount
    }
    let bytes = max(plan.complete(), states * MemoryLayout<Float>.stride)
    let region = engine.arena.region(bytes: bytes)
    scratch = UnsafeMutableRawBufferPointer(start: region, count: bytes)
    for pass in [generatorPass, discriminatorPass, fakesPass, realsPass] { pass?.attach(region) }
    penalty?.attach(region)
    discriminator.attach(sums: discriminatorSums.start(in: region))
    generator.attach(sums: generatorSums.start(in: region))
    self.loss = BatchLoss(loss, groups: 2, engine: engine)
    discriminatorWeight = loss.discriminatorWeight
    parameterBound = loss.parameterBound

    trainedGenerator = try TrainedNetwork(generator, rules.generator.optimizer, engine: engine)
    trainedDiscriminator = try TrainedNetwork(discriminator, rules.discriminator.optimizer, engine: engine)
    engine.workspace.commit()
    engine.threads.poll = { [exchanges = [trainedDiscriminator.exchange, trainedGenerator.exchange]] in
      for exchange in exchanges { exchange.poll() }
    }
  }

  /// Memory of this rank's real images, which the caller fills before D's update.
  package func realImages(_ samples: Int) -> Tensor { pair[samples: 0..<samples] }

  /// This rank's fakes of the last update, `samples` images.
  package func fakeImages(_ samples: Int) -> Tensor { pair[samples: samples..<2 * samples] }

  /// ε of the last gradient penalty; nil if there is none.
  package var penaltyMix: Tensor? { penalty?.mix }

  /// One step: D's updates, each on its own real images and as many fakes; then G's updates, from D's scores of the
  /// same fakes, or of new ones if noise is fresh. G's batches are as large as D's last one. Collective.
  ///
  /// - Parameters:
  ///   - index: step number, from 0; determines the latents together with the seed.
  ///   - batches: one for each update of D.
  ///   - load: writes the real images of D's update `update` into `target`.
  package func step(
    _ index: Int, _ batches: [LocalBatch], load: (_ update: Int, _ target: Tensor) throws -> Void
  ) throws -> StepReport {
    let counts = rules.updates
    precondition(batches.count == counts.discriminator, "a batch for each of D's updates")
    var report = StepReport()
    for (update, batch) in batches.enumerated() {
      try load(update, realImages(batch.samples))
      var own = StepReport()
      beginDiscriminator(index, update: update, batch)
      try discriminatorGradients(batch, &own)
      try trainedDiscriminator.update(clippingTo: parameterBound)
      report.add(discriminator: own, share: 1 / Double(counts.discriminator))
      try observe?(.discriminator(update), own)
    }
    let batch = batches[batches.count - 1]
    for update in 0..<counts.generator {
      var own = StepReport()
      beginGenerator(index, update: update, batch)
      try generatorGradients(batch, &own)
      try trainedGenerator.update()
      report.add(generator: own, share: 1 / Double(counts.generator))
      try observe?(.generator(update), own)
    }
    return report
  }

  /// The first value that is not finite after a step, in the part of the training state that this rank holds.
  package var fault: TrainingFault? {
    trainedDiscriminator.owned.fault ?? trainedGenerator.owned.fault ?? discriminator.statisticsFault
      ?? generator.statisticsFault
  }

  /// One step with the real images in `realImages` for all updates; for benchmarks and tests. Collective.
  package func step(_ index: Int, _ batch: LocalBatch) throws -> StepReport {
    try step(index, Array(repeating: batch, count: rules.updates.discriminator)) { _, _ in }
  }

  /// One of a step's updates, counted from 0 for each network.
  package enum Update: Sendable {
    case discriminator(Int)
    case generator(Int)
  }

  /// The layouts of a batch, created at the first batch of its sizes.
  func layouts(_ batch: LocalBatch) -> StepLayouts {
    for known in layouts where known.globalSamples == batch.globalSamples && known.shardSizes == batch.shardSizes {
      return known
    }
    let made = StepLayouts(batch, engine.peers.reduction)
    layouts.append(made)
    return made
  }
}
