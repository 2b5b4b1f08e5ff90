import Numerics

/// The losses of D's outputs. Losses, scores and accuracies are means over the outputs.
extension GANStep {
  /// Computes D's loss on real images and fakes after `discriminatorPass`, and writes its output gradients. Collective.
  func discriminatorLoss(_ images: Tensor, layout: BatchLayout) throws -> (real: BatchLoss.Means, fake: BatchLoss.Means)
  {
    var (real, fake) = (BatchLoss.Means(), BatchLoss.Means())
    for output in discriminator.outputs {
      let means = try loss.discriminator(
        discriminator.output(output, images, pass: discriminatorPass, layout: layout),
        randomness: discriminatorPass.randomness, layout: layout,
        gradient: discriminatorPass.outputGradient(layout.samples, ofOutput: output),
        weight: discriminatorWeight * discriminator.outputShare)
      real.add(means.real, share: discriminator.outputShare)
      fake.add(means.fake, share: discriminator.outputShare)
    }
    return (real, fake)
  }

  /// G's loss. Collective.
  ///
  /// - Parameter tensors: for one output, the logits of the fakes; the logits of the real images if the loss compares
  ///   with them; and the memory of the gradient with respect to the fakes' logits.
  func generatorLoss(
    layout: BatchLayout, _ tensors: (_ output: Int) throws -> (fakes: Tensor, reals: Tensor?, gradient: Tensor)
  ) throws -> BatchLoss.Means {
    var means = BatchLoss.Means()
    for output in discriminator.outputs {
      let (fakes, reals, gradient) = try tensors(output)
      let own = try loss.generator(
        fakes, reals: reals, layout: layout, gradient: gradient, weight: discriminator.outputShare)
      means.add(own, share: discriminator.outputShare)
    }
    return means
  }

  /// D's loss on held-out real images, after `fakesPass`. Collective.
  func heldOutLoss(_ images: Tensor, layout: BatchLayout, randomness: PassRandomness) throws -> BatchLoss.Means {
    var means = BatchLoss.Means()
    for output in discriminator.outputs {
      let own = try loss.discriminator(
        discriminator.output(output, images, pass: fakesPass, layout: layout), isReal: true, randomness: randomness,
        layout: layout)
      means.add(own, share: discriminator.outputShare)
    }
    return means
  }
}
