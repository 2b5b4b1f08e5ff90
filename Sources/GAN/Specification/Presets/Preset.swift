/// The published networks that a configuration may name.
package enum Preset: String, Hashable, Sendable, CaseIterable {
  /// Radford, Metz & Chintala 2015 (arXiv 1511.06434), as in PyTorch's DCGAN tutorial.
  case dcgan

  /// Sides of the pictures that this preset can make, in pixels.
  package var imageSizes: [Int] { [32, 64, 128, 256] }

  /// Layers from a latent to a picture. The stage after the latent is `width · imageSize / 8` channels wide on 4×4
  /// pixels; each further one halves the channels and doubles the side.
  package func generator(width: Int, imageSize: Int, imageChannels: Int) -> [LayerSpecification] {
    var channels = width * imageSize / 8
    var layers = [Self.up(to: channels, stride: 1, padding: 0), .batchNorm(), .relu]
    while channels > width {
      channels /= 2
      layers += [Self.up(to: channels, stride: 2, padding: 1), .batchNorm(), .relu]
    }
    return layers + [Self.up(to: imageChannels, stride: 2, padding: 1), .tanh]
  }

  /// Layers from a picture to one logit: each stage halves the side and doubles the channels until 4×4 pixels are left.
  package func discriminator(width: Int, imageSize: Int) -> [LayerSpecification] {
    var channels = width
    var layers = [Self.down(to: channels, stride: 2, padding: 1), .leakyRelu(slope: 0.2)]
    while channels < width * imageSize / 8 {
      channels *= 2
      layers += [Self.down(to: channels, stride: 2, padding: 1), .batchNorm(), .leakyRelu(slope: 0.2)]
    }
    return layers + [Self.down(to: 1, stride: 1, padding: 0)]
  }

  private static func up(to channels: Int, stride: Int, padding: Int) -> LayerSpecification {
    .transposedConvolution(.init(channels: channels, kernel: 4, stride: stride, padding: padding, bias: false))
  }

  private static func down(to channels: Int, stride: Int, padding: Int) -> LayerSpecification {
    .convolution(.init(channels: channels, kernel: 4, stride: stride, padding: padding, bias: false))
  }
}
