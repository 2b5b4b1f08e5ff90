import Numerics

extension LatentSpecification {
  /// Draws the fixed latents of samples and generated images, from number `first` on. A latent depends only on the seed
  /// and its number.
  package func drawFixed(into latents: Tensor, seed: UInt64, first: Int) {
    draw(into: latents, seed: seed, purpose: .fixedLatent, step: 0, update: 0, firstSample: first)
  }

  /// Draws one latent per sample: sample i of `latents` has index `firstSample` + i in the global batch.
  func draw(
    into latents: Tensor, seed: UInt64, purpose: RandomPurpose, step: Int, update: Int, firstSample: Int
  ) {
    for sample in 0..<latents.shape.samples {
      var stream = RandomStream(
        seed: seed, purpose: purpose, step: step, update: update, sample: firstSample + sample)
      let values = UnsafeMutableBufferPointer(start: latents.sample(sample), count: latents.shape.sampleCount)
      switch distribution {
      case .normal: stream.fillNormal(values)
      case .uniform: stream.fillUniform(values)
      }
    }
  }
}
