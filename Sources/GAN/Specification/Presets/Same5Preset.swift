/// Windows of 5×5 with TensorFlow's padding; 1024 to 64 channels at width 64.
extension PresetSpecification {
  /// A dense layer makes 16 · `width` channels of imageSize / 16 pixels a side; each stage halves the channels and
  /// doubles the side.
  func same5Generator(imageSize: Int, imageChannels: Int) -> [LayerSpecification] {
    let first = FeatureShape(channels: 16 * width, height: imageSize / 16, width: imageSize / 16)
    var layers: [LayerSpecification] = [.dense(units: first.count), .leakyRelu(slope: 0.2), .reshape(first)]
    for channels in [8, 4, 2, 1].map({ $0 * width }) {
      layers += [.transposedConvolution(window(channels, stride: 2)), .batchNorm(), .leakyRelu(slope: 0.2)]
    }
    return layers + [.transposedConvolution(window(imageChannels, stride: 1)), .tanh]
  }

  /// Batch norm always uses batch statistics.
  func same5Discriminator(imageSize: Int) -> [LayerSpecification] {
    var layers: [LayerSpecification] = []
    for (channels, stride) in [(1, 2), (2, 2), (4, 2), (8, 1), (16, 2)] {
      layers += [
        .convolution(window(channels * width, stride: stride)), .batchNorm(.init(alwaysBatch: true)),
        .leakyRelu(slope: 0.2),
      ]
      layers += dropoutLayers(standard: 0)
    }
    return layers + [.flatten, .dense(units: 1)]
  }

  private func window(_ channels: Int, stride: Int) -> ConvolutionSpecification {
    ConvolutionSpecification(channels: channels, kernel: 5, stride: stride, padding: .same, bias: bias ?? true)
  }
}
