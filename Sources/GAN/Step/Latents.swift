import Numerics

extension LatentSpecification {
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
