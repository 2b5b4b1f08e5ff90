/// Windows of 3×3; the generator upsamples bilinearly, the discriminator ends in two logits, fake and real.
extension PresetSpecification {
  /// A dense layer makes 4 · `width` channels of 7×7 (28 px) or 8×8 pixels; each block doubles the side and halves the
  /// channels.
  func ganlabGenerator(imageSize: Int, imageChannels: Int) -> [LayerSpecification] {
    let side = imageSize % 7 == 0 ? 7 : 8
    let first = FeatureShape(channels: 4 * width, height: side, width: side)
    var layers: [LayerSpecification] = [.dense(units: first.count), .relu, .reshape(first)]
    var (channels, reached) = (first.channels, side)
    while reached < imageSize {
      channels = max(1, channels / 2)
      reached *= 2
      layers.append(.upsample(scale: 2, mode: .bilinear))
      for _ in 0..<2 { layers += [.convolution(window(channels)), .batchNorm(), .relu] }
    }
    let last = ConvolutionSpecification(channels: imageChannels, kernel: 1, padding: .symmetric(0), bias: true)
    return layers + [.convolution(last), .tanh]
  }

  /// Three blocks of `width` / 2, `width` and 3 / 2 · `width` channels, each ending in stride 2 and dropout.
  func ganlabDiscriminator(imageSize: Int) -> [LayerSpecification] {
    var layers: [LayerSpecification] = []
    for channels in [1, 2, 3].map({ max(1, $0 * width / 2) }) {
      for _ in 0..<2 { layers += [.convolution(window(channels)), .batchNorm(), .leakyRelu(slope: 0.2)] }
      layers += [.convolution(window(channels, stride: 2, bias: true)), .leakyRelu(slope: 0.2)]
      layers += dropoutLayers(standard: 0.5)
    }
    return layers + [.flatten, .dense(units: 2)]
  }

  /// By default without a bias if batch norm follows, which has its own.
  private func window(_ channels: Int, stride: Int = 1, bias: Bool = false) -> ConvolutionSpecification {
    ConvolutionSpecification(
      channels: channels, kernel: 3, stride: stride, padding: .symmetric(1), bias: self.bias ?? (bias || !batchNorm))
  }
}
