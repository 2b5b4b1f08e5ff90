import Numerics

/// D's and G's updates, from their random numbers to the sums of their gradients.
extension GANStep {
  /// Draws the random numbers of each network's first update in step `index`.
  package func begin(_ index: Int, _ batch: LocalBatch) {
    beginDiscriminator(index, update: 0, batch)
    beginGenerator(index, update: 0, batch)
  }

  /// Draws the latents of one of D's updates in step `index`, and sets the random streams of its layers and labels.
  package func beginDiscriminator(_ index: Int, update: Int, _ batch: LocalBatch) {
    discriminatorPass.randomness = randomness(index, update, .discriminator, batch)
    generatorPass.randomness = randomness(index, update, .fakes, batch)
    penalty?.begin(randomness(index, update, .penalty, batch), update: update, samples: batch.samples)
    latents.discriminator = draw(into: latentMemory.discriminator, index, update, batch)
  }

  /// The same for one of G's updates, which are numbered after D's.
  package func beginGenerator(_ index: Int, update: Int, _ batch: LocalBatch) {
    let update = rules.updates.discriminator + update
    fakesPass.randomness = randomness(index, update, .generator, batch)
    realsPass?.randomness = randomness(index, update, .discriminator, batch)
    freshFakes = randomness(index, update, .fakes, batch)
    latents.generator =
      rules.noise == .fresh ? draw(into: latentMemory.generator, index, update, batch) : latents.discriminator
  }

  /// D: maximize log D(x) + log(1 − D(G(z))), or the configured loss's objective. Real images and fakes go through D in
  /// one pass, as two groups of batch norm. Writes the gradients of D's parameters into the sums and begins their
  /// exchange. Collective.
  package func discriminatorGradients(_ batch: LocalBatch, _ report: inout StepReport) throws {
    try generateFakes(batch)
    if iteratesSpectralNorms { discriminator.iterateSpectralNorms() }
    let layout = layouts(batch).pair
    let images = pair[samples: 0..<2 * batch.samples]
    if let penalty, isPenalized {
      let found = try penalty.gradients(
        real: realImages(batch.samples), fake: fakeImages(batch.samples), layout: layouts(batch).fakes, into: 2)
      (report.penalty, report.gradientNorm) = (found.penalty, found.gradientNorm)
    } else if penalty != nil {
      discriminator.clearSums(ofGroup: 2)
    }
    _ = try discriminator.forward(images, pass: discriminatorPass, layout: layout, mode: .training)
    let means = try discriminatorLoss(images, layout: layout)
    report.take(real: means.real, fake: means.fake, weight: discriminatorWeight)
    try discriminator.backward(input: images, pass: discriminatorPass, layout: layout) { layer in
      try trainedDiscriminator.begin(layer: layer)
    }
  }

  /// G: maximize log D(G(z)), or the configured loss's objective. D scores the fakes; its parameters stay unchanged,
  /// and their gradients are not computed. Collective.
  package func generatorGradients(_ batch: LocalBatch, _ report: inout StepReport) throws {
    if rules.noise == .fresh {
      generatorPass.randomness = freshFakes
      try generateFakes(from: latents.generator, batch, .training)
    }
    let layout = layouts(batch).fakes
    let fakes = fakeImages(batch.samples)
    let reals = realImages(batch.samples)
    if let realsPass { _ = try discriminator.forward(reals, pass: realsPass, layout: layout, mode: .training) }
    _ = try discriminator.forward(fakes, pass: fakesPass, layout: layout, mode: .training)
    let means = try generatorLoss(layout: layout) { output in
      (
        discriminator.output(output, fakes, pass: fakesPass, layout: layout),
        realsPass.map { discriminator.output(output, reals, pass: $0, layout: layout) },
        fakesPass.outputGradient(layout.samples, ofOutput: output)
      )
    }
    (report.lossGenerator, report.probabilityFakeAfter) = (means.loss, means.score)
    report.accuracyGenerator = means.accuracy
    let ofFakes = try discriminator.backwardToInput(fakes, pass: fakesPass, layout: layout, summingGradients: false)
    let start = generatorPass.outputGradient(layout.samples)
    precondition(ofFakes.data == start.data, "the gradient of the fakes is where G's backward pass begins")
    try generator.backward(input: latents.generator, pass: generatorPass, layout: layout) { layer in
      try trainedGenerator.begin(layer: layer)
    }
  }

  /// Makes the fakes of D's update with G's current parameters. Collective.
  package func generateFakes(_ batch: LocalBatch) throws {
    try generateFakes(from: latents.discriminator, batch, .training)
  }

  func generateFakes(from latents: Tensor, _ batch: LocalBatch, _ mode: ForwardMode) throws {
    generatorPass.redirect(to: fakeImages(batch.samples))
    _ = try generator.forward(latents, pass: generatorPass, layout: layouts(batch).fakes, mode: mode)
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
