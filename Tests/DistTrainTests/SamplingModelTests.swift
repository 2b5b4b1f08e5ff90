import Cluster
import Configuration
import DistTrain
import Foundation
import GAN
import ModelFiles
import Numerics
import TestSupport
import Testing

/// What images are made with.
@Suite struct SamplingModelTests {
  /// A checkpoint alone makes the run's images: the same parameters, running statistics, latents, statistics and
  /// number of images together.
  @Test(arguments: BatchNormStatistics.allCases)
  func aRunAndItsCheckpointMakeTheSameImages(statistics: BatchNormStatistics) throws {
    let place = try TemporaryFolder()
    let folder = try RunFolder(in: place.path, name: "run").create()
    let layers = "[{dense: {units: 16}}, {batchNorm: {}}, {reshape: {channels: 1, size: 4}}, {tanh: {}}]"
    let state = try RunCheckpointsTests.state(
      SingleProcess(), folder,
      [
        "model.generator.layers=\(layers)", "model.latent.distribution=uniform", "output.samples.count=40",
        "output.samples.batchNorm=\(statistics.rawValue)",
      ])
    let generator = state.step.generator
    for tensor in generator.bufferTensors {
      let values = (0..<tensor.count).map { 0.5 + 0.25 * Float($0) }
      values.withUnsafeBufferPointer { tensor.set($0, in: generator.buffers) }
    }
    let checkpoints = try RunCheckpoints(state, continuingFrom: 0, nil)
    try RunCheckpointsTests.save(checkpoints, state, 2)
    _ = try checkpoints.complete()

    let file = try SafetensorsFile(path: folder.checkpoint(step: 2), verification: .required)
    let configuration = try Configuration(yaml: CheckpointFacts(file).configuration, file: "checkpoint")
    let engine = Engine(
      kernels: Kernels.available[0], threads: Threads(count: 1),
      peers: SingleRank(shards: 1, kernels: Kernels.available[0]))
    var asked = ModelFile(file.path)
    asked.statistics = statistics
    let models = [
      SamplingModel(of: state.step, configuration),
      try SamplingModel(of: file, configuration, as: asked, engine: engine),
    ]
    for model in models {
      #expect(model.name == "run" && model.seed == 3 && model.statistics == statistics)
      #expect(model.latent == LatentSpecification(size: 2, distribution: .uniform))
    }
    #expect(models.map(\.portion) == [40, statistics == .batch ? 40 : SamplingModel.independentPortion])
    let images = try models.map { model in
      let generator = ImageGenerator(model, count: 40, engine: engine)
      generator.drawFixedLatents()
      return Array(try generator.images().values).map(\.bitPattern)
    }
    #expect(Set(images[0]).count > 100, "images of some contrast")
    #expect(images[0] == images[1])
    let written = try Data(contentsOf: URL(fileURLWithPath: folder.generator))
    let facts = GeneratorFacts(step: 2, data: try CheckpointFacts(file).data, configuration)
    for model in models {
      #expect(Data(GeneratorExport.onnx(of: model, after: 2, description: facts.metadata)) == written)
    }
  }
}
