import Numerics

/// Makes a model's images in one process, in memory that is planned once.
package final class ImageGenerator {
  /// Images that are made together.
  package let count: Int
  /// The latents that have been drawn, [count, 1, 1, size].
  package let latents: Tensor
  private let model: SamplingModel
  private let inference: Inference

  /// - Parameters:
  ///   - count: images that are made together; nil for the model's own number.
  ///   - scratch: memory that nobody else uses during a call; where it is too small, the generator takes its own.
  package init(
    _ model: SamplingModel, count: Int? = nil, scratch: UnsafeMutableRawBufferPointer? = nil, engine: Engine
  ) {
    self.model = model
    self.count = count ?? model.portion
    inference = Inference(model.network, count: self.count, scratch: scratch, engine: engine)
    latents = engine.arena.tensor(model.network.inputShape.with(samples: self.count))
  }

  /// Draws the latents whose images the run's samples show.
  package func drawFixedLatents() {
    model.latent.drawFixed(into: latents, seed: model.seed, first: 0)
  }

  /// Draws other latents in their place, new ones for each number of steps.
  package func drawFreshLatents(step: Int, firstSample: Int = 0) {
    model.latent.draw(
      into: latents, seed: model.seed, purpose: .freshLatent, step: step, update: 0, firstSample: firstSample)
  }

  /// The images of the latents that have been drawn; they stay until others use the scratch memory.
  package func images() throws -> Tensor { try images(of: latents) }

  /// The images of `latents`, [n, 1, 1, size], n at most `count`.
  package func images(of latents: Tensor) throws -> Tensor {
    try inference.output(of: latents, model.statistics.mode)
  }
}

extension LatentSpecification {
  /// Draws the latents from number `first` on of those that samples and generated images show: a latent depends on the
  /// seed and its number alone.
  package func drawFixed(into latents: Tensor, seed: UInt64, first: Int) {
    draw(into: latents, seed: seed, purpose: .fixedLatent, step: 0, update: 0, firstSample: first)
  }
}
