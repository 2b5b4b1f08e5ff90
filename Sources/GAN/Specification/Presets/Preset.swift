/// The published networks that a configuration may name.
package enum Preset: String, Hashable, Sendable, CaseIterable {
  /// Radford, Metz & Chintala 2015 (arXiv 1511.06434), as in PyTorch's DCGAN tutorial.
  case dcgan
  /// Windows of 5×5 with TensorFlow's padding, a dense layer at either end: for 128×128 pixels.
  case same5
  /// Small networks of 3×3 windows with upsampling, two logits: for digits, clothes and faces.
  case ganlab

  /// Sides of the images that this preset can make, in pixels.
  package var imageSizes: [Int] {
    switch self {
    case .dcgan, .same5: [32, 64, 128, 256]
    case .ganlab: [28, 32, 64]
    }
  }

  /// Logits of its discriminator.
  package var logits: Int { self == .ganlab ? 2 : 1 }
}

/// A preset with what a configuration may change of it.
package struct PresetSpecification: Hashable, Sendable {
  package var preset: Preset
  /// Channels of the widest map at the image's end; the others are multiples of it.
  package var width: Int
  /// Whether convolutions have biases; nil for what the source has.
  package var bias: Bool?
  /// Whether there is batch norm; without it a critic's gradient penalty is one sample's alone.
  package var batchNorm: Bool
  /// Of the discriminator: the share that dropout after each rectifier, or each block, sets to 0; 0 for no dropout, nil
  /// for what the source has.
  package var dropout: Float?

  package init(
    _ preset: Preset, width: Int = 64, bias: Bool? = nil, batchNorm: Bool = true, dropout: Float? = nil
  ) {
    self.preset = preset
    self.width = width
    self.bias = bias
    self.batchNorm = batchNorm
    self.dropout = dropout
  }

  /// Layers from a latent to an image.
  package func generator(imageSize: Int, imageChannels: Int) -> [LayerSpecification] {
    withoutBatchNorm(publishedGenerator(imageSize: imageSize, imageChannels: imageChannels))
  }

  /// Layers from an image to its logits.
  package func discriminator(imageSize: Int) -> [LayerSpecification] {
    withoutBatchNorm(publishedDiscriminator(imageSize: imageSize))
  }

  private func withoutBatchNorm(_ layers: [LayerSpecification]) -> [LayerSpecification] {
    guard !batchNorm else { return layers }
    return layers.filter { if case .batchNorm = $0 { false } else { true } }
  }

  private func publishedGenerator(imageSize: Int, imageChannels: Int) -> [LayerSpecification] {
    switch preset {
    case .dcgan: dcganGenerator(imageSize: imageSize, imageChannels: imageChannels)
    case .same5: same5Generator(imageSize: imageSize, imageChannels: imageChannels)
    case .ganlab: ganlabGenerator(imageSize: imageSize, imageChannels: imageChannels)
    }
  }

  private func publishedDiscriminator(imageSize: Int) -> [LayerSpecification] {
    switch preset {
    case .dcgan: dcganDiscriminator(imageSize: imageSize)
    case .same5: same5Discriminator(imageSize: imageSize)
    case .ganlab: ganlabDiscriminator(imageSize: imageSize)
    }
  }

  /// A dropout layer, where there is to be one.
  func dropoutLayers(standard: Float) -> [LayerSpecification] {
    let rate = dropout ?? standard
    return rate > 0 ? [.dropout(rate: rate)] : []
  }
}
