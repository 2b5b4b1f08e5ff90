import Tensor

/// The two networks in training: Radford, Metz & Chintala 2015, with everything planned before the first step.
package final class GANStep {
  package let generator: Network
  package let discriminator: Network
  package let generatorAdam: Adam
  package let discriminatorAdam: Adam
  package let generatorExchange: any GradientExchange
  package let discriminatorExchange: any GradientExchange
  /// The latents of the last step: D's, and those that G learned from (the same where noise is reused).
  package private(set) var latents: (discriminator: Tensor, generator: Tensor)

  /// Memory of activations and gradients: between steps nobody needs it but who looks at the gradients.
  package let scratch: UnsafeMutableBufferPointer<Float>

  private let model: ModelSpecification
  private let training: TrainingSpecification
  private let engine: Engine
  private let pair: Tensor
  private let latentMemory: (discriminator: Tensor, generator: Tensor)
  private let generatorPass: Pass
  private let discriminatorPass: Pass
  /// D's pass on fakes alone, which G learns from.
  private let opinionPass: Pass
  private let loss: BinaryCrossEntropy
  private let pairLabels: [Label]
  private let wantedLabel = [Label(isReal: true)]
  private var layouts: [Layouts] = []
  private let generatorBuckets: Buckets
  private let discriminatorBuckets: Buckets

  /// - Parameter samples: the most images of a step on this rank.
  package init(_ model: ModelSpecification, _ training: TrainingSpecification, samples: Int, engine: Engine) throws {
    self.model = model
    self.training = training
    self.engine = engine
    generator = try Network(
      name: "generator", layers: model.generatorLayers, input: model.latentShape, groups: 1,
      engine: engine)
    discriminator = try Network(
      name: "discriminator", layers: model.discriminatorLayers, input: model.imageShape,
      inputNoise: training.inputNoise, groups: 2, engine: engine)
    precondition(
      generator.outputShape == model.imageShape && 1...2 ~= discriminator.outputShape.count,
      "the generator makes pictures of \(model.imageShape), the discriminator one logit or two")
    generator.initialize(model.initialization, seed: training.seed, number: 0)
    discriminator.initialize(model.initialization, seed: training.seed, number: 1)

    pair = engine.arena.tensor(model.imageShape.with(samples: 2 * samples))
    let first = engine.arena.tensor(model.latentShape.with(samples: samples))
    let second = training.noise == .fresh ? engine.arena.tensor(first.shape) : first
    latentMemory = (first, second)
    latents = latentMemory
    var plan = MemoryPlan()
    generatorPass = Pass(generator, samples: samples, groups: 1, writesElsewhere: true, plan: &plan)
    discriminatorPass = Pass(discriminator, samples: 2 * samples, groups: 2, plan: &plan)
    // Sums stay to the end of the step, for who wants to look at the gradients.
    let discriminatorSums = plan.hold(discriminator.sumsCount)
    discriminatorPass.planBackward(needsInputGradient: false, plan: &plan)
    opinionPass = Pass(discriminator, samples: samples, groups: 1, plan: &plan)
    let imageGradient = opinionPass.planBackward(needsInputGradient: true, plan: &plan)
    let generatorSums = plan.hold(generator.sumsCount)
    generatorPass.planBackward(from: imageGradient, needsInputGradient: false, plan: &plan)
    // A checkpoint gathers Adam's moments here.
    let floats = max(plan.complete(), 2 * (generator.flatCount + discriminator.flatCount))
    let region = engine.arena.floats(floats)
    scratch = UnsafeMutableBufferPointer(start: region, count: floats)
    for pass in [generatorPass, discriminatorPass, opinionPass] { pass.attach(region) }
    discriminator.attach(sums: region + discriminatorSums.offset!)
    generator.attach(sums: region + generatorSums.offset!)
    loss = BinaryCrossEntropy(groups: 2, engine: engine)
    pairLabels = [Label(isReal: true, training.labels), Label(isReal: false, training.labels)]

    generatorBuckets = Buckets(generator)
    discriminatorBuckets = Buckets(discriminator)
    generatorExchange = try engine.peers.makeGradientExchange(
      for: GradientSlots(
        parameters: generator.parameters, sums: generator.sums!, buckets: generatorBuckets.ranges))
    discriminatorExchange = try engine.peers.makeGradientExchange(
      for: GradientSlots(
        parameters: discriminator.parameters, sums: discriminator.sums!, buckets: discriminatorBuckets.ranges))
    generatorAdam = Adam(training.generator, network: generator, owned: generatorExchange.owned)
    discriminatorAdam = Adam(training.discriminator, network: discriminator, owned: discriminatorExchange.owned)
    engine.workspace.commit()
    engine.threads.poll = { [generatorExchange, discriminatorExchange] in
      discriminatorExchange.poll()
      generatorExchange.poll()
    }
  }

  /// Where the caller puts this rank's real images before a step.
  package func realImages(_ samples: Int) -> Tensor { pair[samples: 0..<samples] }

  /// The fakes of the last step, of `samples` images on this rank.
  package func fakeImages(_ samples: Int) -> Tensor { pair[samples: samples..<2 * samples] }

  /// One step on the real images in `realImages`: D learns from them and from as many fakes, then G from D's opinion of
  /// the same fakes (or of new ones where noise is fresh). Collective.
  ///
  /// - Parameter index: of the step, from 0; with the seed it decides the latents.
  package func step(_ index: Int, _ batch: LocalBatch) throws -> StepReport {
    var report = StepReport()
    begin(index, batch)
    try teachDiscriminator(batch, &report)
    try discriminatorAdam.descend(averagedBy: discriminatorExchange)
    try teachGenerator(batch, &report)
    try generatorAdam.descend(averagedBy: generatorExchange)
    return report
  }

  /// Draws the latents of step `index`: D's, and G's own where noise is fresh; and says where the layers' and labels'
  /// random numbers come from.
  package func begin(_ index: Int, _ batch: LocalBatch) {
    func randomness(_ number: Int) -> PassRandomness {
      PassRandomness(seed: training.seed, step: index, number: number, firstSample: batch.firstSample)
    }
    // D's pass has two groups, real and fake.
    discriminatorPass.randomness = randomness(0)
    opinionPass.randomness = randomness(2)
    generatorPass.randomness = randomness(Self.fakesForDiscriminator)
    latents.discriminator = draw(into: latentMemory.discriminator, index, update: 0, batch)
    latents.generator =
      training.noise == .fresh
      ? draw(into: latentMemory.generator, index, update: 1, batch) : latents.discriminator
  }

  /// D: maximize log D(x) + log(1 − D(G(z))). Real and fake go through D together, as two groups of batch norm.
  package func teachDiscriminator(_ batch: LocalBatch, _ report: inout StepReport) throws {
    try generateFakes(batch)
    let layout = layouts(batch).pair
    let images = pair[samples: 0..<2 * batch.samples]
    try judge(images, labels: pairLabels, pass: discriminatorPass, layout: layout, weight: discriminatorWeight)
    let (onReal, onFake) = (loss.opinion(group: 0), loss.opinion(group: 1))
    (report.lossReal, report.probabilityReal) = (onReal.loss, onReal.probability)
    (report.lossFake, report.probabilityFake) = (onFake.loss, onFake.probability)
    (report.accuracyReal, report.accuracyFake) = (onReal.accuracy, onFake.accuracy)
    report.lossDiscriminator = discriminatorWeight * (onReal.loss + onFake.loss)
    try discriminator.backward(
      input: images, pass: discriminatorPass, layout: layout, teaching: true, needsInputGradient: false
    ) { layer in
      if let bucket = discriminatorBuckets.completed(by: layer) { try discriminatorExchange.begin(bucket) }
    }
  }

  /// G: maximize log D(G(z)). D is asked, not taught: no gradients of its weights.
  package func teachGenerator(_ batch: LocalBatch, _ report: inout StepReport) throws {
    if training.noise == .fresh {
      try generateFakes(from: latents.generator, batch, number: Self.fakesForGenerator)
    }
    let layout = layouts(batch).fakes
    let fakes = fakeImages(batch.samples)
    try judge(fakes, labels: wantedLabel, pass: opinionPass, layout: layout)
    let opinion = loss.opinion(group: 0)
    (report.lossGenerator, report.probabilityFakeAfter) = (opinion.loss, opinion.probability)
    report.accuracyGenerator = opinion.accuracy
    try discriminator.backward(
      input: fakes, pass: opinionPass, layout: layout, teaching: false, needsInputGradient: true)
    // The gradient of the fakes is where G's backward pass begins.
    try generator.backward(
      input: latents.generator, pass: generatorPass, layout: layout, teaching: true, needsInputGradient: false
    ) { layer in
      if let bucket = generatorBuckets.completed(by: layer) { try generatorExchange.begin(bucket) }
    }
  }

  /// Makes the fakes that D learns from, by G as it is now.
  package func generateFakes(_ batch: LocalBatch) throws {
    try generateFakes(from: latents.discriminator, batch, number: Self.fakesForDiscriminator)
  }

  /// Numbers of G's passes among those of a step, after D's three groups.
  private static let fakesForDiscriminator = 3
  private static let fakesForGenerator = 4

  private func generateFakes(from latents: Tensor, _ batch: LocalBatch, number: Int) throws {
    generatorPass.randomness?.number = number
    generatorPass.redirect(to: fakeImages(batch.samples))
    _ = try generator.forward(latents, pass: generatorPass, layout: layouts(batch).fakes, mode: .training)
  }

  /// Of D's losses on real images and on fakes in their sum.
  private var discriminatorWeight: Double { training.discriminatorLoss == .mean ? 0.5 : 1 }

  private func judge(
    _ images: Tensor, labels: [Label], pass: Pass, layout: BatchLayout, weight: Double = 1
  ) throws {
    let logits = try discriminator.forward(images, pass: pass, layout: layout, mode: .training)
    try loss.judge(
      logits, labels: labels, randomness: pass.randomness, layout: layout,
      gradient: pass.outputGradient(layout.samples), weight: weight)
  }

  private func draw(into memory: Tensor, _ step: Int, update: Int, _ batch: LocalBatch) -> Tensor {
    let latents = memory[samples: 0..<batch.samples]
    model.latent.draw(
      into: latents, seed: training.seed, purpose: .latent, step: step, update: update,
      firstSample: batch.firstSample)
    return latents
  }

  /// The layouts of a batch, made when batches of its sizes first come.
  private func layouts(_ batch: LocalBatch) -> Layouts {
    for known in layouts where known.globalSamples == batch.globalSamples && known.shardSizes == batch.shardSizes {
      return known
    }
    let made = Layouts(batch, engine.peers.reduction)
    layouts.append(made)
    return made
  }

  private struct Layouts {
    let globalSamples: Int
    let shardSizes: [Int]
    /// Real and fake images, as two groups.
    let pair: BatchLayout
    let fakes: BatchLayout

    init(_ batch: LocalBatch, _ reduction: ShardReduction) {
      func layout(groups: Int) -> BatchLayout {
        BatchLayout(
          reduction: reduction, shardSizes: batch.shardSizes, globalSamples: batch.globalSamples, groups: groups)
      }
      globalSamples = batch.globalSamples
      shardSizes = batch.shardSizes
      pair = layout(groups: 2)
      fakes = layout(groups: 1)
    }
  }
}
