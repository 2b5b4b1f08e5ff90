import Tensor

/// The two kinds of updates, each from its random numbers to the sums of its gradients.
extension GANStep {
  /// Draws what the first update of each network in step `index` needs.
  package func begin(_ index: Int, _ batch: LocalBatch) {
    beginDiscriminator(index, update: 0, batch)
    beginGenerator(index, update: 0, batch)
  }

  /// Draws the latents of one of D's updates in step `index`, and says where its layers' and labels' random numbers come
  /// from.
  package func beginDiscriminator(_ index: Int, update: Int, _ batch: LocalBatch) {
    discriminatorPass.randomness = randomness(index, update, .judgement, batch)
    generatorPass.randomness = randomness(index, update, .fakes, batch)
    penalty?.begin(randomness(index, update, .penalty, batch), update: update, samples: batch.samples)
    latents.discriminator = draw(into: latentMemory.discriminator, index, update, batch)
  }

  /// The same for one of G's updates, which count on after D's.
  package func beginGenerator(_ index: Int, update: Int, _ batch: LocalBatch) {
    let update = training.updates.discriminator + update
    opinionPass.randomness = randomness(index, update, .opinion, batch)
    freshFakes = randomness(index, update, .fakes, batch)
    latents.generator =
      training.noise == .fresh ? draw(into: latentMemory.generator, index, update, batch) : latents.discriminator
  }

  /// D: maximize log D(x) + log(1 − D(G(z))), or what the loss says. Real and fake go through D together, as two groups of
  /// batch norm. Collective.
  package func teachDiscriminator(_ batch: LocalBatch, _ report: inout StepReport) throws {
    try generateFakes(batch)
    let layout = layouts(batch).pair
    let images = pair[samples: 0..<2 * batch.samples]
    if let penalty, isPenalized {
      let found = try penalty.teach(
        real: realImages(batch.samples), fake: fakeImages(batch.samples), layout: layouts(batch).fakes, into: 2)
      (report.penalty, report.gradientNorm) = (found.penalty, found.gradientNorm)
    } else if penalty != nil {
      discriminator.clearSums(ofGroup: 2)
    }
    let weight = training.loss.discriminatorWeight
    try judge(images, labels: pairLabels, pass: discriminatorPass, layout: layout, weight: weight)
    report.take(real: loss.opinion(group: 0), fake: loss.opinion(group: 1), weight: weight)
    try discriminator.backward(
      input: images, pass: discriminatorPass, layout: layout, teaching: true, needsInputGradient: false
    ) { layer in
      if let bucket = discriminatorBuckets.completed(by: layer) { try discriminatorExchange.begin(bucket) }
    }
  }

  /// G: maximize log D(G(z)), or what the loss says. D is asked, not taught: no gradients of its weights. Collective.
  package func teachGenerator(_ batch: LocalBatch, _ report: inout StepReport) throws {
    if training.noise == .fresh {
      generatorPass.randomness = freshFakes
      try generateFakes(from: latents.generator, batch, .training)
    }
    let layout = layouts(batch).fakes
    let fakes = fakeImages(batch.samples)
    try judge(fakes, labels: wantedLabel, pass: opinionPass, layout: layout)
    let opinion = loss.opinion(group: 0)
    (report.lossGenerator, report.probabilityFakeAfter) = (opinion.loss, opinion.score)
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

  /// Makes the fakes that D learns from, by G as it is now. Collective.
  package func generateFakes(_ batch: LocalBatch) throws {
    try generateFakes(from: latents.discriminator, batch, .training)
  }

  func generateFakes(from latents: Tensor, _ batch: LocalBatch, _ mode: ForwardMode) throws {
    generatorPass.redirect(to: fakeImages(batch.samples))
    _ = try generator.forward(latents, pass: generatorPass, layout: layouts(batch).fakes, mode: mode)
  }

  private func judge(
    _ images: Tensor, labels: [Label], pass: Pass, layout: BatchLayout, weight: Double = 1
  ) throws {
    let logits = try discriminator.forward(images, pass: pass, layout: layout, mode: .training)
    try loss.judge(
      logits, labels: labels, randomness: pass.randomness, layout: layout,
      gradient: pass.outputGradient(layout.samples), weight: weight)
  }

  private func randomness(
    _ step: Int, _ update: Int, _ kind: PassRandomness.Kind, _ batch: LocalBatch
  ) -> PassRandomness {
    PassRandomness(seed: training.seed, step: step, update: update, kind, firstSample: batch.firstSample)
  }

  private func draw(into memory: Tensor, _ step: Int, _ update: Int, _ batch: LocalBatch) -> Tensor {
    let latents = memory[samples: 0..<batch.samples]
    model.latent.draw(
      into: latents, seed: training.seed, purpose: .latent, step: step, update: update,
      firstSample: batch.firstSample)
    return latents
  }
}
