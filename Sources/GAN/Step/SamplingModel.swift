import Numerics

/// By which statistics batch norm goes where nothing is learned.
package enum BatchNormStatistics: String, Hashable, Sendable, CaseIterable {
  /// Those of the images that are made together.
  case batch
  /// The running estimates of the training: an image depends on its latent alone.
  case running

  package var mode: ForwardMode { self == .running ? .runningStatistics : .batchStatistics }
}

/// The generator that images are made with, and whatever else decides what they are. Samples, measures of quality,
/// generated images and exported files all take this value.
package struct SamplingModel {
  /// Of the run.
  package let name: String
  /// Its parameters and running statistics count as they are at each use.
  package let network: Network
  package let latent: LatentSpecification
  /// Of the latents.
  package let seed: UInt64
  package let statistics: BatchNormStatistics
  /// Images that are made together: by batch statistics they depend on each other.
  package let portion: Int

  /// How many are made together where they do not depend on each other: few enough for memory, many enough for all
  /// threads.
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
