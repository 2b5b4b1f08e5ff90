import GAN
import ImageIO
import Tensor

/// Draws the run's sample pictures by a step's generator, on rank 0 alone.
final class Sampler {
  private let generator: ImageGenerator
  /// Of the last pictures, where they are wanted.
  private let finalGenerator: ImageGenerator?
  private let mode: ForwardMode
  private let settings: OutputSettings.Samples
  private let latent: LatentSpecification
  private let seed: UInt64

  /// - Parameter step: whose memory it uses, between steps.
  init(_ configuration: Configuration, _ step: GANStep, engine: Engine) {
    settings = configuration.output.samples
    latent = configuration.model.latent
    seed = configuration.seed
    func generator(_ count: Int) -> ImageGenerator {
      ImageGenerator(step.generator, count: count, scratch: step.scratch, engine: engine)
    }
    self.generator = generator(settings.count)
    finalGenerator = settings.final > 0 ? generator(settings.final) : nil
    mode = settings.statistics == .batch ? .batchStatistics : .runningStatistics
  }

  /// The latents of the samples after `step` steps and their pictures by the generator as it is now.
  func samples(_ step: Int) throws -> (latents: Tensor, images: Tensor) {
    (generator.fixedLatents, try pictures(by: generator, step))
  }

  /// The samples after `step` steps as one picture.
  func grid(_ step: Int) throws -> Picture { Self.grid(try samples(step).images, settings.grid) }

  /// `output.samples.final` pictures side by side; nil where none are wanted.
  func final(_ step: Int) throws -> Picture? {
    guard let finalGenerator else { return nil }
    var row = settings.grid
    row.columns = settings.final
    return Self.grid(try pictures(by: finalGenerator, step), row)
  }

  private func pictures(by generator: ImageGenerator, _ step: Int) throws -> Tensor {
    switch settings.latents {
    case .fixed: generator.drawFixedLatents(latent, seed: seed)
    case .fresh: generator.drawFreshLatents(latent, seed: seed, step: step)
    }
    return try generator.images(mode)
  }

  static func grid(_ images: Tensor, _ grid: Grid) -> Picture {
    grid.picture(of: UnsafeBufferPointer(images.values), shape: images.shape)
  }
}
