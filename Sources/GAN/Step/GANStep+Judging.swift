import Tensor

/// What the networks make of a batch without learning from it. Running statistics stay as they are.
extension GANStep {
  /// The losses of the last step's last batch and latents, by the networks as they are now and batch statistics, nothing
  /// dropped. Collective.
  ///
  /// - Returns: what D descends on, without a penalty, and G's loss.
  package func losses(of batch: LocalBatch) throws -> (discriminator: Double, generator: Double) {
    try generateFakes(from: latents.discriminator, batch, .batchStatistics)
    let layouts = layouts(batch)
    let images = pair[samples: 0..<2 * batch.samples]
    let logits = try discriminator.forward(
      images, pass: discriminatorPass, layout: layouts.pair, mode: .batchStatistics)
    let gradient = discriminatorPass.outputGradient(2 * batch.samples)
    var report = StepReport()
    let weight = training.loss.discriminatorWeight
    try loss.judge(
      logits, labels: pairLabels, randomness: discriminatorPass.randomness, layout: layouts.pair, gradient: gradient)
    report.take(real: loss.opinion(group: 0), fake: loss.opinion(group: 1), weight: weight)
    try loss.judge(
      logits[samples: batch.samples..<2 * batch.samples], labels: wantedLabel, layout: layouts.fakes,
      gradient: gradient[samples: 0..<batch.samples])
    return (report.lossDiscriminator, loss.opinion(group: 0).loss)
  }

  /// D's opinion of real pictures that it does not learn from, which stand in `realImages`, against the labels that it
  /// learns; by running statistics. Collective.
  ///
  /// - Parameter index: of the step that comes next.
  package func judgeHeldOut(_ index: Int, _ batch: LocalBatch) throws -> BatchLoss.Opinion {
    let layout = layouts(batch).fakes
    let counts = training.updates
    let logits = try discriminator.forward(
      realImages(batch.samples), pass: opinionPass, layout: layout, mode: .runningStatistics)
    try loss.judge(
      logits, labels: [pairLabels[0]],
      randomness: PassRandomness(
        seed: training.seed, step: index, update: counts.discriminator + counts.generator, .judgement,
        firstSample: batch.firstSample),
      layout: layout, gradient: opinionPass.outputGradient(layout.samples))
    return loss.opinion(group: 0)
  }
}
