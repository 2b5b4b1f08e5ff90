import Numerics

/// Generates a model's images in one process, in memory that is planned once.
package final class ImageGenerator {
  /// Images per forward pass.
  package let count: Int
  /// The drawn latents, [count, 1, 1, size].
  package let latents: Tensor
  private let model: SamplingModel
  private let inference: Inference

  /// - Parameters:
  ///   - count: images per forward pass; nil for the model's `portion`.
  ///   - scratch: memory that is free during a call; if it is too small, the generator allocates its own.
  package init(
    _ model: SamplingModel, count: Int? = nil, scratch: UnsafeMutableRawBufferPointer? = nil, engine: Engine
  ) {
    self.model = model
    self.count = count ?? model.portion
    inference = Inference(model.network, count: self.count, scratch: scratch, engine: engine)
    latents = engine.arena.tensor(model.network.inputShape.with(samples: self.count))
  }

  /// Draws the fixed latents of the run's samples.
  package func drawFixedLatents() {
    model.latent.drawFixed(into: latents, seed: model.seed, first: 0)
  }

  /// Draws new latents, different for each number of steps.
  package func drawFreshLatents(step: Int, firstSample: Int = 0) {
    model.latent.draw(
      into: latents, seed: model.seed, purpose: .freshLatent, step: step, update: 0, firstSample: firstSample)
  }

  /// The images of the drawn latents, valid until the next call or another use of the scratch memory.
  package func images() throws -> Tensor { try images(of: latents) }

  /// The images of `latents`, [n, 1, 1, size], n at most `count`.
  package func images(of latents: Tensor) throws -> Tensor {
    try inference.output(of: latents, model.statistics.mode)
  }
}
