/// Convolutions of 4×4 with stride 2, from 4×4 pixels to the image in the generator, and back in the discriminator.
extension PresetSpecification {
  /// The first stage has `width · imageSize / 8` channels of 4×4 pixels; each further stage halves the channels and
  /// doubles the side.
  func dcganGenerator(imageSize: Int, imageChannels: Int) -> [LayerSpecification] {
    var channels = width * imageSize / 8
    var layers = [up(to: channels, stride: 1, padding: 0), .batchNorm(), .relu]
    while channels > width {
      channels /= 2
      layers += [up(to: channels, stride: 2, padding: 1), .batchNorm(), .relu]
    }
    return layers + [up(to: imageChannels, stride: 2, padding: 1), .tanh]
  }

  /// Each stage halves the side and doubles the channels until 4×4 pixels are left.
  func dcganDiscriminator(imageSize: Int) -> [LayerSpecification] {
    let dropout = dropoutLayers(standard: 0)
    var channels = width
    var layers = [down(to: channels, stride: 2, padding: 1), .leakyRelu(slope: 0.2)] + dropout
    while channels < width * imageSize / 8 {
      channels *= 2
      layers += [down(to: channels, stride: 2, padding: 1), .batchNorm(), .leakyRelu(slope: 0.2)] + dropout
    }
    return layers + [down(to: 1, stride: 1, padding: 0)]
  }

  private func up(to channels: Int, stride: Int, padding: Int) -> LayerSpecification {
    .transposedConvolution(window(channels, stride, padding))
  }

  private func down(to channels: Int, stride: Int, padding: Int) -> LayerSpecification {
    .convolution(window(channels, stride, padding))
  }

  private func window(_ channels: Int, _ stride: Int, _ padding: Int) -> ConvolutionSpecification {
    ConvolutionSpecification(
      channels: channels, kernel: 4, stride: stride, padding: .symmetric(padding), bias: bias ?? !batchNorm)
  }
}
