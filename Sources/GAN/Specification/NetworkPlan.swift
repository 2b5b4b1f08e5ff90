import Tensor

extension ModelSpecification {
  /// One latent vector as a feature map.
  package var latentShape: Shape { Shape(samples: 1, height: 1, width: 1, channels: latent.size) }

  /// One picture.
  package var imageShape: Shape {
    Shape(samples: 1, height: imageSize, width: imageSize, channels: imageChannels)
  }

  /// The generator's layers, from a latent to a picture.
  package var generatorLayers: [LayerSpecification] {
    switch generator {
    case .layers(let layers): layers
    case .preset(let preset, let width):
      preset.generator(width: width, imageSize: imageSize, imageChannels: imageChannels)
    }
  }

  /// The discriminator's layers, from a picture to a logit.
  package var discriminatorLayers: [LayerSpecification] {
    switch discriminator {
    case .layers(let layers): layers
    case .preset(let preset, let width): preset.discriminator(width: width, imageSize: imageSize)
    }
  }
}
