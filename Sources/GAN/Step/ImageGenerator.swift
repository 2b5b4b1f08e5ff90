import Tensor

/// A generator's pictures of fixed latents, in one process.
package final class ImageGenerator {
  package let count: Int
  /// The latents, [count, 1, 1, size].
  package let fixedLatents: Tensor
  private let inference: Inference

  /// - Parameters:
  ///   - generator: whose parameters it uses, as they are at each call.
  ///   - count: pictures at a time; with batch statistics they depend on each other.
  ///   - scratch: memory that nobody else uses during a call; where it is too small, the generator takes its own.
  package init(
    _ generator: Network, count: Int, scratch: UnsafeMutableBufferPointer<Float>? = nil, engine: Engine
  ) {
    self.count = count
    inference = Inference(generator, count: count, scratch: scratch, engine: engine)
    fixedLatents = engine.arena.tensor(generator.inputShape.with(samples: count))
  }

  /// Draws the latents whose pictures the run's samples show.
  package func drawFixedLatents(_ specification: LatentSpecification, seed: UInt64) {
    specification.drawFixed(into: fixedLatents, seed: seed, first: 0)
  }

  /// Draws other latents in their place, new ones for each number of steps.
  package func drawFreshLatents(
    _ specification: LatentSpecification, seed: UInt64, step: Int, firstSample: Int = 0
  ) {
    specification.draw(
      into: fixedLatents, seed: seed, purpose: .freshLatent, step: step, update: 0, firstSample: firstSample)
  }

  /// The pictures of the latents; they stay until others use the scratch memory.
  package func images(_ mode: ForwardMode) throws -> Tensor { try inference.output(of: fixedLatents, mode) }
}

extension LatentSpecification {
  /// Draws the latents from number `first` on of those that samples and generated pictures show: a latent depends on the
  /// seed and its number alone.
  package func drawFixed(into latents: Tensor, seed: UInt64, first: Int) {
    draw(into: latents, seed: seed, purpose: .fixedLatent, step: 0, update: 0, firstSample: first)
  }
}
