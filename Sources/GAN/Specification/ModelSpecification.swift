/// Size and distribution of the generator's input.
package struct LatentSpecification: Hashable, Sendable {
  package enum Distribution: String, Hashable, Sendable, CaseIterable {
    /// Mean 0, standard deviation 1.
    case normal
    /// In [−1, 1].
    case uniform
  }
  package var size: Int
  package var distribution: Distribution

  package init(size: Int = 100, distribution: Distribution = .normal) {
    self.size = size
    self.distribution = distribution
  }
}

/// A network: a preset, or a list of layers.
package enum NetworkSpecification: Hashable, Sendable {
  case preset(PresetSpecification)
  case layers([LayerSpecification])
}

/// Latents, both networks and the shape of the images.
package struct ModelSpecification: Hashable, Sendable {
  package var latent: LatentSpecification
  package var generator: NetworkSpecification
  package var discriminator: NetworkSpecification
  package var initialization: InitializationSpecification
  /// One channel for grey, three for RGB.
  package var image: FeatureShape

  package init(
    latent: LatentSpecification = .init(), generator: NetworkSpecification = .preset(.init(.dcgan)),
    discriminator: NetworkSpecification = .preset(.init(.dcgan)),
    initialization: InitializationSpecification = .init(),
    image: FeatureShape = FeatureShape(channels: 3, height: 64, width: 64)
  ) {
    self.latent = latent
    self.generator = generator
    self.discriminator = discriminator
    self.initialization = initialization
    self.image = image
  }
}
