import GAN
import ImageIO
import Tensor

/// Draws the pictures of the fixed latents, on rank 0 alone.
final class Sampler {
  private let generator: ImageGenerator
  private let mode: ForwardMode

  init(_ configuration: Configuration, kernels: Kernels, threads: Threads) throws {
    let samples = configuration.output.samples
    generator = try ImageGenerator(
      configuration.model, count: samples.count, kernels: kernels, threads: threads)
    generator.drawFixedLatents(configuration.model.latent, seed: configuration.seed)
    mode = samples.statistics == .batch ? .batchStatistics : .runningStatistics
  }

  /// The latents and their pictures by `network` as it is now.
  func samples(of network: Network) throws -> (latents: Tensor, images: Tensor) {
    (generator.fixedLatents, try generator.images(by: network, mode: mode))
  }

  /// The pictures as one PNG, eight a row.
  func grid(of network: Network) throws -> [UInt8] { try Self.png(samples(of: network).images) }

  static func png(_ images: Tensor) throws -> [UInt8] {
    let picture = Grid().picture(of: UnsafeBufferPointer(images.values), shape: images.shape)
    return try PNGEncoder.bytes(of: picture)
  }
}
