import Configuration
import DistTrain
import GAN
import ImageMetrics
import ModelFiles
import Numerics
import Reporting

/// The networks of a checkpoint, or an exported generator alone, for inference only.
final class CheckpointModel: GeneratorModel {
  let configuration: Configuration
  let file: TrainedFile
  let samplingModel: SamplingModel
  private let engine: Engine
  private let generator: ImageGenerator
  private var scorer: Inference?

  var latents: LatentSpecification { samplingModel.latent }
  var seed: UInt64 { samplingModel.seed }
  var portion: Int { samplingModel.portion }
  var title: String { "\(configuration.name) after step \(file.step)" }

  /// - Parameter use: what an error expects in place of another file.
  init(
    _ named: ModelFile, for use: TrainedFile.Use = .generation, kernels: Kernels, threads: Threads
  ) throws {
    file = try TrainedFile(path: named.path, for: use)
    try file.file.requireFinite()
    do throws(ConfigurationError) {
      configuration = try Configuration(
        recorded: file.configurationText, file: "the configuration in \(named.path)")
    } catch {
      throw UserFacingError(code: .badData, message: error.message)
    }
    engine = Engine(
      kernels: kernels, threads: threads, peers: SingleRank(shards: 1, kernels: kernels),
      algorithms: configuration.kernels)
    samplingModel = try SamplingModel(
      of: file.file, configuration, as: named, engine: engine, prefix: file.generatorPrefix)
    generator = ImageGenerator(samplingModel, engine: engine)
  }

  var training: TrainingRecord? { TrainingRecord(configuration: configuration, data: file.data) }

  var loneImageProblem: String? {
    configuration.model.singleValueNorm(by: samplingModel.statistics).map { norm in
      "\(norm) if an image is made alone"
        + (configuration.model.singleValueNorm(by: .running) == nil ? "; leave out --batch-norm batch" : "")
    }
  }

  func images(of latents: [Float]) throws -> GeneratedImages {
    if latents.count == self.latents.size, let loneImageProblem {
      throw UserFacingError(code: .usage, message: "found one image, expected at least 2: \(loneImageProblem)")
    }
    let shape = generator.latents.shape.with(samples: latents.count / self.latents.size)
    var latents = latents
    return try latents.withUnsafeMutableBufferPointer { buffer in
      let images = try generator.images(of: Tensor(shape, buffer.baseAddress!))
      return GeneratedImages(shape: images.shape, values: Array(images.values))
    }
  }

  func logits(of images: GeneratedImages) throws -> [Float] {
    let scorer = try self.scorer ?? makeScorer()
    self.scorer = scorer
    var values = images.values
    return try values.withUnsafeMutableBufferPointer { buffer in
      let tensor = Tensor(images.shape, buffer.baseAddress!)
      _ = try scorer.output(of: tensor, .runningStatistics)
      let outputs = scorer.outputs.map { scorer.output($0, of: tensor) }
      return (0..<images.shape.samples).map { sample in
        // Of two logits, the last is that of real.
        outputs.reduce(0) { $0 + $1.sample(sample)[$1.shape.sampleCount - 1] } / Float(outputs.count)
      }
    }
  }

  /// D's mean loss on images against their plain labels, its mean score, and the share that it classifies
  /// correctly; by running statistics.
  func scores(of images: ImageArray, isReal: Bool) throws -> (loss: Double, score: Double, accuracy: Double) {
    let scorer = try self.scorer ?? makeScorer()
    self.scorer = scorer
    let loss = BatchLoss(configuration.train.rules.loss.loss.withPlainLabels, groups: 1, engine: engine)
    let shape = configuration.model.imageShape
    let tensor = engine.arena.tensor(shape.with(samples: portion))
    var (total, score, accuracy) = (0.0, 0.0, 0.0)
    for first in stride(from: 0, to: images.count, by: portion) {
      let count = min(portion, images.count - first)
      let part = tensor[samples: 0..<count]
      for sample in 0..<count { images.copy(first + sample, channelsLast: part.sample(sample)) }
      let layout = BatchLayout(
        reduction: engine.peers.reduction, shardSizes: [count], globalSamples: count, groups: 1)
      _ = try scorer.output(of: part, .runningStatistics)
      var means = BatchLoss.Means()
      for output in scorer.outputs {
        means.add(
          try loss.discriminator(scorer.output(output, of: part), isReal: isReal, layout: layout),
          share: scorer.outputShare)
      }
      total += means.loss * Double(count)
      score += means.score * Double(count)
      accuracy += means.accuracy * Double(count)
    }
    let count = Double(images.count)
    return (total / count, score / count, accuracy / count)
  }

  /// Whether it has a discriminator.
  var canJudge: Bool { file.kind == .checkpoint }

  private func makeScorer() throws -> Inference {
    guard canJudge else {
      throw UserFacingError(
        code: .usage,
        message: "\(file.file.path): an exported generator has no discriminator to choose by; give --best a checkpoint")
    }
    let model = configuration.model
    let discriminator = try Network(
      name: "discriminator", layers: model.discriminatorLayers, input: model.imageShape, groups: 1, engine: engine)
    try discriminator.load(file.file, prefix: "discriminator.")
    return Inference(discriminator, count: portion, engine: engine)
  }
}
