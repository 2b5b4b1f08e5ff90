import Configuration
import DistTrain
import Files
import Foundation
import GAN
import ImageIO
import ImageMetrics
import LinearAlgebra
import Numerics
import Reporting

/// `disttrain evaluate SAMPLES --data CONFIG`: the distance of generated images to real ones, their diversity, and
/// whether they are copies.
package struct EvaluateProgram {
  package var samples: ModelFile
  /// The configuration whose data the samples are compared with.
  package var configuration: String
  package var overrides: [String]
  package var heldOut: String?
  package var count: Int?
  package var pairs: Int
  package var seed: UInt64?
  /// An ONNX network for the Fréchet distance.
  package var features: String?
  /// The folder of evaluation.json and neighbours.png.
  package var out: String?

  package init(
    samples: ModelFile, configuration: String, overrides: [String], heldOut: String?, count: Int?, pairs: Int,
    seed: UInt64?, features: String?, out: String?
  ) {
    (self.samples, self.configuration, self.overrides, self.heldOut) = (
      samples, expandingHome(configuration), overrides, heldOut.map(expandingHome)
    )
    (self.count, self.pairs, self.seed) = (count, pairs, seed)
    (self.features, self.out) = (features.map(expandingHome), out.map(expandingHome))
  }

  static let neighboursName = "neighbours.png"
  /// Neighbours and rows of neighbours.png.
  private static let (neighbours, rows) = (5, 8)
  /// Training images that are in memory at once.
  private static let portion = 4096

  /// Evaluates and ends the process.
  package func main() -> Never {
    GenerationEnd.run { kernels, threads in
      try run(kernels, threads)
      try StandardStream.requireOutput()
    }
  }

  private func run(_ kernels: Kernels, _ threads: Threads) throws {
    let console = Console(isSpeaking: true)
    let configuration = try Configuration(file: configuration, overrides: overrides)
    let model = configuration.model
    guard model.image.width >= SlicedWasserstein.patch else {
      throw UserFacingError(
        code: .usage,
        message:
          "data.image.size is \(model.image.width), expected at least \(SlicedWasserstein.patch): the sliced "
          + "Wasserstein distance compares patches of that size")
    }
    let context = ComputeContext(kernels: kernels, threads: threads)
    // Unusable arguments are reported before the long computations.
    let measure = try features.map { path in
      (library: try openBLAS(), network: try FeatureNetwork(path: path, context: context))
    }
    try makeFolder()
    let generator = try EvaluatedSamples.model(in: samples, kernels: kernels, threads: threads)
    let data = try EvaluationData(
      configuration, named: self.configuration, heldOutFolder: heldOut, trainedBy: generator, threads: threads,
      console: console)
    let samples = try EvaluatedSamples(
      samples, generator, count: count, of: model.image, seed: seed, threads: threads, console: console)
    let (ownNeighbours, heldNeighbours) = try neighbours(samples.images, data, threads, console)
    let report = EvaluationReport(
      samples: .init(source: samples.title, count: samples.images.count),
      heldOut: .init(source: data.heldOutTitle, count: data.heldOut.count),
      training: .init(source: self.configuration, count: data.training.count),
      seed: seed ?? 0,
      slicedWasserstein: try slicedWasserstein(samples.images, data, context),
      diversity: diversity(samples.images, data, threads),
      memorization: memorization(ownNeighbours, heldNeighbours),
      frechetDistance: try measure.map {
        try frechetDistance($0.network, samples.images, data.heldOut, by: $0.library)
      },
      discriminator: try (generator as? CheckpointModel).flatMap {
        $0.canJudge ? try discriminator($0, samples.images, data) : nil
      })
    report.lines.forEach(console.say)
    guard let out else { return }
    try AtomicFile.replace("\(out)/evaluation.json", with: report.json)
    try writeNeighbours(samples.images, ownNeighbours, data, to: "\(out)/\(Self.neighboursName)")
    console.say("written to \(out)/: evaluation.json, neighbours.png")
  }

  private func openBLAS() throws -> OpenBLAS {
    do { return try OpenBLAS() } catch {
      throw UserFacingError(
        code: .inputOutput,
        message: "--features: the Fréchet distance needs LAPACK: \(error)\n"
          + "Install it (Debian, Ubuntu: apt-get install libopenblas0), or leave --features out.")
    }
  }

  private func makeFolder() throws {
    guard let out else { return }
    do throws(FileError) { try Folder.create(out) } catch {
      throw UserFacingError(code: .inputOutput, message: "--out \(out): cannot create the folder: \(error.reason).")
    }
    MarkedOutput.record(["evaluation.json", "neighbours.png"], in: out, claimingWhole: true)
  }

  private func slicedWasserstein(
    _ samples: ImageArray, _ data: EvaluationData, _ context: ComputeContext
  ) throws -> [EvaluationReport.Level] {
    let measure = SlicedWasserstein(seed: seed ?? 0, context: context)
    let places = EvaluationData.spread(Array(data.training.indices), atMost: data.heldOut.count)
    let training = try data.trainingImages(places)
    let own = measure.distances(data.heldOut, samples)
    return zip(own, measure.distances(data.heldOut, training)).map {
      EvaluationReport.Level(side: $0.side, samples: $0.distance, training: $1.distance)
    }
  }

  private func diversity(
    _ samples: ImageArray, _ data: EvaluationData, _ threads: Threads
  ) -> EvaluationReport.Diversity {
    func similarity(_ images: ImageArray, _ set: Int) -> Double {
      StructuralSimilarity.meanOverPairs(of: images, pairs: pairs, seed: seed ?? 0, set: set, threads: threads)
    }
    return EvaluationReport.Diversity(
      pairs: pairs, samples: similarity(samples, 1), heldOut: similarity(data.heldOut, 2))
  }

  private func neighbours(
    _ samples: ImageArray, _ data: EvaluationData, _ threads: Threads, _ console: Console
  ) throws -> (samples: NearestNeighbours, heldOut: NearestNeighbours) {
    var own = NearestNeighbours(of: samples, count: Self.neighbours, threads: threads)
    var held = NearestNeighbours(of: data.heldOut, count: 1, threads: threads)
    let progress = console.countProgress("comparing with training images", of: data.training.count)
    for first in stride(from: 0, to: data.training.count, by: Self.portion) {
      let range = first..<min(data.training.count, first + Self.portion)
      let images = try data.trainingImages(range)
      own.look(among: images, first: first)
      held.look(among: images, first: first)
      progress.advance(by: range.count)
    }
    progress.end()
    return (own, held)
  }

  private func memorization(
    _ samples: NearestNeighbours, _ heldOut: NearestNeighbours
  ) -> EvaluationReport.Memorization {
    let (own, held) = (samples.neighbours.map { $0[0].distance }, heldOut.neighbours.map { $0[0].distance })
    let least = held.min()!
    return EvaluationReport.Memorization(
      samples: .init(own), heldOut: .init(held),
      nearerThanAnyHeldOut: Double(own.count { $0 < least }) / Double(own.count))
  }

  /// Of training images, at most as many as are held out.
  private func discriminator(
    _ model: CheckpointModel, _ samples: ImageArray, _ data: EvaluationData
  ) throws -> EvaluationReport.Discriminator {
    func scores(_ images: ImageArray, isReal: Bool) throws -> EvaluationReport.Scores {
      let found = try model.scores(of: images, isReal: isReal)
      return EvaluationReport.Scores(loss: found.loss.isFinite ? found.loss : nil, accuracy: found.accuracy)
    }
    let places = EvaluationData.spread(Array(data.training.indices), atMost: data.heldOut.count)
    return EvaluationReport.Discriminator(
      training: try scores(data.trainingImages(places), isReal: true),
      heldOut: try scores(data.heldOut, isReal: true), samples: try scores(samples, isReal: false))
  }

  private func frechetDistance(
    _ network: FeatureNetwork, _ samples: ImageArray, _ heldOut: ImageArray, by library: OpenBLAS
  ) throws -> Double {
    let (own, dimension) = try network.features(of: samples)
    let (held, _) = try network.features(of: heldOut)
    return try FrechetDistance.between(own, held, dimension: dimension, by: library)
  }

  /// One row per sample: itself, then its nearest training images. The samples nearest to a training image come first.
  private func writeNeighbours(
    _ samples: ImageArray, _ found: NearestNeighbours, _ data: EvaluationData, to path: String
  ) throws {
    let order = found.neighbours.indices.sorted { found.neighbours[$0][0].distance < found.neighbours[$1][0].distance }
    var values: [Float] = []
    let columns = 1 + found.neighbours[0].count
    for sample in order.prefix(Self.rows) {
      values += samples.image(sample)
      values += try data.trainingImages(found.neighbours[sample].map(\.index)).values
    }
    let images = ImageArray(
      count: values.count / samples.imageSize, channels: samples.channels, height: samples.height,
      width: samples.width, values: values)
    let shape = Shape(
      samples: images.count, height: images.height, width: images.width, channels: images.channels)
    try ImageFolder.write(Grid(columns: columns).image(of: images.channelsLast, shape: shape), to: path)
  }
}
