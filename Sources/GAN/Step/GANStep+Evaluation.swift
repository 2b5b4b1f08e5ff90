import Numerics

/// Losses of a batch without an update. Running statistics stay unchanged.
extension GANStep {
  /// Recomputes the losses of the last step's last batch and latents, with the current parameters, batch statistics, no
  /// dropout and no input noise. Collective.
  ///
  /// - Returns: D's loss without a penalty, and G's loss.
  package func losses(of batch: LocalBatch) throws -> (discriminator: Double, generator: Double) {
    try generateFakes(from: latents.discriminator, batch, .batchStatistics)
    let layouts = layouts(batch)
    let images = pair[samples: 0..<2 * batch.samples]
    _ = try discriminator.forward(images, pass: discriminatorPass, layout: layouts.pair, mode: .batchStatistics)
    var report = StepReport()
    let means = try discriminatorLoss(images, layout: layouts.pair)
    report.take(real: means.real, fake: means.fake, weight: discriminatorWeight)
    let (reals, fakes) = (0..<batch.samples, batch.samples..<2 * batch.samples)
    let ofGenerator = try generatorLoss(layout: layouts.fakes) { output in
      let logits = discriminator.output(output, images, pass: discriminatorPass, layout: layouts.pair)
      let gradient = discriminatorPass.outputGradient(2 * batch.samples, ofOutput: output)
      return (logits[samples: fakes], logits[samples: reals], gradient[samples: reals])
    }
    return (report.lossDiscriminator, ofGenerator.loss)
  }

  /// D's loss on the held-out real images in `realImages`, with the training labels and running statistics. Collective.
  ///
  /// - Parameter index: number of the next step.
  package func scoreHeldOut(_ index: Int, _ batch: LocalBatch) throws -> BatchLoss.Means {
    let layout = layouts(batch).fakes
    let counts = rules.updates
    let images = realImages(batch.samples)
    _ = try discriminator.forward(images, pass: fakesPass, layout: layout, mode: .runningStatistics)
    let randomness = PassRandomness(
      seed: training.seed, step: index, update: counts.discriminator + counts.generator, .discriminator,
      firstSample: batch.firstSample)
    return try heldOutLoss(images, layout: layout, randomness: randomness)
  }
}
