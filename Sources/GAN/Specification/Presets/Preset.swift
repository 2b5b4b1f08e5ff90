/// The published networks that a configuration may name.
package enum Preset: String, Hashable, Sendable, CaseIterable {
  /// Radford, Metz & Chintala 2015 (arXiv 1511.06434), as in PyTorch's DCGAN tutorial.
  case dcgan
  /// Windows of 5×5 with TensorFlow's padding, a dense layer at either end; designed for 128×128 pixels.
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

/// A preset with the settings that a configuration may change.
package struct PresetSpecification: Hashable, Sendable {
  package var preset: Preset
  /// Scales the channels of all layers; `dcgan` and `same5` have this number next to the image.
  package var width: Int
  /// Whether convolutions have biases; nil for the preset's default.
  package var bias: Bool?
  /// Whether there is batch norm. A gradient penalty requires false, so that a sample's gradient depends on it alone.
  package var batchNorm: Bool
  /// Rate of the discriminator's dropout after each rectifier, or each block of `ganlab`; 0 for no dropout, nil for the
  /// preset's default.
  package var dropout: Float?
  /// Whether the discriminator's weights are divided by their largest singular value.
  package var spectralNorm: Bool

  package init(
    _ preset: Preset, width: Int = 64, bias: Bool? = nil, batchNorm: Bool = true, dropout: Float? = nil,
    spectralNorm: Bool = false
  ) {
    self.preset = preset
    self.width = width
    self.bias = bias
    self.batchNorm = batchNorm
    self.dropout = dropout
    self.spectralNorm = spectralNorm
  }

  /// Layers from a latent to an image.
  package func generator(imageSize: Int, imageChannels: Int) -> [LayerSpecification] {
    withoutBatchNorm(publishedGenerator(imageSize: imageSize, imageChannels: imageChannels))
  }

  /// Layers from an image to its logits.
  package func discriminator(imageSize: Int) -> [LayerSpecification] {
    let layers = withoutBatchNorm(publishedDiscriminator(imageSize: imageSize))
    return spectralNorm ? layers.map(\.withSpectralNorm) : layers
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

  /// A dropout layer, or none if the rate is 0.
  func dropoutLayers(standard: Float) -> [LayerSpecification] {
    let rate = dropout ?? standard
    return rate > 0 ? [.dropout(rate: rate)] : []
  }
}
