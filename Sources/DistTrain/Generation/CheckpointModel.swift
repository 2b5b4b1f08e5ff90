import GAN
import ModelFiles
import Tensor

/// The networks of a checkpoint, to be run and not to be trained.
final class CheckpointModel: GeneratorModel {
  let configuration: Configuration
  let facts: CheckpointFacts
  let generator: Network
  let portion: Int
  private let file: SafetensorsFile
  private let engine: Engine
  private let mode: ForwardMode
  private let inference: Inference
  private var judge: Inference?

  var latents: LatentSpecification { configuration.model.latent }
  var seed: UInt64 { configuration.seed }
  var title: String { "\(configuration.name) after step \(facts.step)" }

  init(
    path: String, _ statistics: GenerationStatistics = .running, kernels: Kernels, threads: Threads
  ) throws {
    file = try SafetensorsFile(path: path, verification: .required)
    try file.requireFinite()
    facts = try CheckpointFacts(file)
    do throws(ConfigurationError) {
      configuration = try Configuration(yaml: facts.configuration, file: "the configuration in \(path)")
    } catch {
      throw UserFacingError(code: .badData, message: error.message)
    }
    engine = Engine(
      kernels: kernels, threads: threads, peers: SingleRank(shards: 1, kernels: kernels),
      algorithms: configuration.kernels)
    let model = configuration.model
    generator = try Network(
      name: "generator", layers: model.generatorLayers, input: model.latentShape, groups: 1, engine: engine)
    try generator.load(file)
    mode = statistics.mode
    // Batch statistics are those of as many pictures as the run's samples have.
    portion = statistics == .batch ? configuration.output.samples.count : 32
    inference = Inference(generator, count: portion, engine: engine)
  }

  func pictures(of latents: [Float]) throws -> Pictures {
    let shape = generator.inputShape.with(samples: latents.count / self.latents.size)
    var latents = latents
    return try latents.withUnsafeMutableBufferPointer { buffer in
      let images = try inference.output(of: Tensor(shape, buffer.baseAddress!), mode)
      return Pictures(shape: images.shape, values: Array(images.values))
    }
  }

  func logits(of pictures: Pictures) throws -> [Float] {
    let judge = try self.judge ?? makeJudge()
    self.judge = judge
    var values = pictures.values
    return try values.withUnsafeMutableBufferPointer { buffer in
      let logits = try judge.output(of: Tensor(pictures.shape, buffer.baseAddress!), .runningStatistics)
      // Of two, the last one tells of real.
      return (0..<logits.shape.samples).map { logits.sample($0)[logits.shape.sampleCount - 1] }
    }
  }

  /// D's mean loss on pictures against their plain labels, how real it finds them, and the share that it takes for what they
  /// are; by running statistics.
  func opinion(of images: ImageArray, isReal: Bool) throws -> (loss: Double, score: Double, accuracy: Double) {
    let judge = try self.judge ?? makeJudge()
    self.judge = judge
    let loss = BatchLoss(configuration.train.loss.sampleLoss, groups: 1, engine: engine)
    let shape = configuration.model.imageShape
    let pictures = engine.arena.tensor(shape.with(samples: portion))
    let slopes = engine.arena.tensor(judge.outputShape.with(samples: portion))
    var (total, score, accuracy) = (0.0, 0.0, 0.0)
    for first in stride(from: 0, to: images.count, by: portion) {
      let count = min(portion, images.count - first)
      let part = pictures[samples: 0..<count]
      for sample in 0..<count { images.copy(first + sample, channelsLast: part.sample(sample)) }
      let layout = BatchLayout(
        reduction: engine.peers.reduction, shardSizes: [count], globalSamples: count, groups: 1)
      try loss.judge(
        try judge.output(of: part, .runningStatistics), labels: [Label(isReal: isReal)], layout: layout,
        gradient: slopes[samples: 0..<count])
      let opinion = loss.opinion(group: 0)
      total += opinion.loss * Double(count)
      score += opinion.score * Double(count)
      accuracy += opinion.accuracy * Double(count)
    }
    let count = Double(images.count)
    return (total / count, score / count, accuracy / count)
  }

  private func makeJudge() throws -> Inference {
    let model = configuration.model
    let discriminator = try Network(
      name: "discriminator", layers: model.discriminatorLayers, input: model.imageShape, groups: 1, engine: engine)
    try discriminator.load(file)
    return Inference(discriminator, count: portion, engine: engine)
  }
}

extension Network {
  /// Takes over parameters and running statistics of a checkpoint.
  fileprivate func load(_ file: SafetensorsFile) throws(ModelFileError) {
    for (tensors, memory) in [(tensors, parameters), (bufferTensors, buffers)] {
      for tensor in tensors {
        let full = "\(name).\(tensor.name)"
        guard file.entry(full)?.shape == tensor.shape else {
          throw .unsuitable(
            path: file.path, found: "\(file.entry(full).map { "shape \($0.shape)" } ?? "nothing") for tensor \(full)",
            expected: "shape \(tensor.shape), as its configuration's networks have it")
        }
        let values = try file.floats(full)
        values.withUnsafeBufferPointer { tensor.set($0, in: memory) }
      }
    }
  }
}
