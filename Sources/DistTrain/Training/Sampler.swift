import Configuration
import GAN
import ImageIO
import Numerics

/// Draws the run's sample images, on rank 0 alone.
package final class Sampler {
  private let generator: ImageGenerator
  /// For `output.samples.final`, if it is set.
  private let finalGenerator: ImageGenerator?
  private let settings: OutputSettings.Samples

  /// - Parameter scratch: memory that is free while samples are drawn.
  package init(
    _ model: SamplingModel, _ settings: OutputSettings.Samples, scratch: UnsafeMutableRawBufferPointer,
    engine: Engine
  ) {
    self.settings = settings
    generator = ImageGenerator(model, scratch: scratch, engine: engine)
    finalGenerator =
      settings.final > 0 ? ImageGenerator(model, count: settings.final, scratch: scratch, engine: engine) : nil
  }

  /// The latents of the samples after `step` steps and their images by the generator as it is now.
  func samples(_ step: Int) throws -> (latents: Tensor, images: Tensor) {
    (generator.latents, try images(by: generator, step))
  }

  /// The samples after `step` steps as one image.
  func grid(_ step: Int) throws -> Image { Self.grid(try samples(step).images, settings.grid) }

  /// `output.samples.final` images side by side; nil if it is 0.
  func final(_ step: Int) throws -> Image? {
    guard let finalGenerator else { return nil }
    var row = settings.grid
    row.columns = settings.final
    return Self.grid(try images(by: finalGenerator, step), row)
  }

  private func images(by generator: ImageGenerator, _ step: Int) throws -> Tensor {
    switch settings.latents {
    case .fixed: generator.drawFixedLatents()
    case .fresh: generator.drawFreshLatents(step: step)
    }
    return try generator.images()
  }

  static func grid(_ images: Tensor, _ grid: Grid) -> Image {
    grid.image(of: UnsafeBufferPointer(images.values), shape: images.shape)
  }
}
