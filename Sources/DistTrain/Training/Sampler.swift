import GAN
import ImageIO
import Tensor

/// Draws the pictures of the fixed latents by a step's generator, on rank 0 alone.
final class Sampler {
  private let generator: ImageGenerator
  private let mode: ForwardMode

  /// - Parameter step: whose memory it uses, between steps.
  init(_ configuration: Configuration, _ step: GANStep, engine: Engine) {
    let samples = configuration.output.samples
    generator = ImageGenerator(step.generator, count: samples.count, scratch: step.scratch, engine: engine)
    generator.drawFixedLatents(configuration.model.latent, seed: configuration.seed)
    mode = samples.statistics == .batch ? .batchStatistics : .runningStatistics
  }

  /// The latents and their pictures by the generator as it is now.
  func samples() throws -> (latents: Tensor, images: Tensor) { (generator.fixedLatents, try generator.images(mode)) }

  /// The pictures as one PNG, eight a row.
  func grid() throws -> [UInt8] { try Self.png(samples().images) }

  static func png(_ images: Tensor) throws -> [UInt8] {
    let picture = Grid().picture(of: UnsafeBufferPointer(images.values), shape: images.shape)
    return try PNGEncoder.bytes(of: picture)
  }
}
