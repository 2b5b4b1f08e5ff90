import Cluster
import Configuration
import Files
import GAN
import ModelFiles

/// The file of a model and the requested statistics.
package struct ModelFile: Sendable {
  package typealias Statistics = BatchNormStatistics

  package let path: String
  /// The statistics of batch norm.
  package var statistics = Statistics.running

  /// - Parameter path: may begin with `~/`.
  package init(_ path: String) { self.path = expandingHome(path) }
}

/// The parameters and statistics with which images are made, for a run and for its checkpoints: decided only here.
extension SamplingModel {
  /// The generator of a run in training.
  package init(of step: GANStep, _ configuration: Configuration) {
    let samples = configuration.output.samples
    self.init(configuration, step.generator, samples.statistics, portion: samples.count)
  }

  /// The generator of an open checkpoint, in memory of its own.
  ///
  /// - Parameter prefix: what precedes the names of the generator's tensors.
  package init(
    of checkpoint: SafetensorsFile, _ configuration: Configuration, as file: ModelFile, engine: Engine,
    prefix: String = "generator."
  ) throws {
    let model = configuration.model
    let generator = try Network(
      name: "generator", layers: model.generatorLayers, input: model.latentShape, groups: 1, engine: engine)
    try generator.load(checkpoint, prefix: prefix)
    // Batch statistics need the same number of images as the run's samples.
    let portion = file.statistics == .batch ? configuration.output.samples.count : Self.independentPortion
    self.init(configuration, generator, file.statistics, portion: portion)
  }

  private init(
    _ configuration: Configuration, _ network: Network, _ statistics: BatchNormStatistics, portion: Int
  ) {
    self.init(
      name: configuration.name, network: network, latent: configuration.model.latent, seed: configuration.seed,
      statistics: statistics, portion: portion)
  }
}

extension GANStep {
  /// Runs `body`, which makes images or writes the generator, on rank 0, which has all parameters by then.
  /// Collective.
  func makeImages(_ job: any Job, _ body: () throws -> Void) throws { try job.onFirst(body) }
}

extension Network {
  /// Loads this network's parameters and running statistics from a checkpoint.
  ///
  /// - Parameter prefix: what precedes the names of its tensors, such as `generator.`.
  package func load(_ file: SafetensorsFile, prefix: String) throws(FileError) {
    for (tensors, memory) in [(tensors, parameters), (bufferTensors, buffers)] {
      for tensor in tensors {
        let full = prefix + tensor.name
        guard file.entry(full)?.shape == tensor.shape else {
          throw .unsuitable(
            path: file.path, found: "\(file.entry(full).map { "shape \($0.shape)" } ?? "nothing") for tensor \(full)",
            expected: "shape \(tensor.shape), as in its configuration's networks")
        }
        let values = try file.floats(full)
        values.withUnsafeBufferPointer { tensor.set($0, in: memory) }
      }
    }
  }
}
