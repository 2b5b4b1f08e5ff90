import Numerics

/// The statistics that batch norm uses outside training.
package enum BatchNormStatistics: String, Hashable, Sendable, CaseIterable {
  /// Statistics of the images in the same forward pass.
  case batch
  /// Running statistics of the training: an image depends only on its latent.
  case running

  package var mode: ForwardMode { self == .running ? .runningStatistics : .batchStatistics }
}

/// A generator with all settings that determine its images. Samples, quality metrics, generated images and exported
/// files all use this value.
package struct SamplingModel {
  /// Name of the run.
  package let name: String
  /// Its current parameters and running statistics are used.
  package let network: Network
  package let latent: LatentSpecification
  /// Seed of the latents.
  package let seed: UInt64
  package let statistics: BatchNormStatistics
  /// Images per forward pass; with batch statistics they depend on each other.
  package let portion: Int

  /// `portion` of images that do not depend on each other: few enough for memory, many enough for all threads.
  package static let independentPortion = 32

  package init(
    name: String, network: Network, latent: LatentSpecification, seed: UInt64,
    statistics: BatchNormStatistics = .running,
    portion: Int = independentPortion
  ) {
    self.name = name
    self.network = network
    self.latent = latent
    self.seed = seed
    self.statistics = statistics
    self.portion = portion
  }
}
