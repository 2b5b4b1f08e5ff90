import Configuration
import Foundation
import GAN
import Numerics
import Testing

/// The files in configs/: each can be read, and makes networks of the size that its source has.
@Suite struct RecipeTests {
  private static let counts = [
    "architecture-128": (24_034_819, 17_484_289), "facades": (3_576_704, 2_765_568),
    "fashion": (12_656_257, 11_033_985), "ganlab-celeba": (2_236_387, 345_890), "ganlab-emnist": (1_820_737, 336_098),
    "ganlab-fashion": (1_820_737, 336_098), "ganlab-mnist": (1_820_737, 336_098), "ganlab-svhn": (2_208_707, 336_674),
    "glasses": (3_576_704, 2_765_568),
  ]

  @Test func allAreKnown() throws {
    let folder = URL(filePath: recipePath("facades.yaml")).deletingLastPathComponent()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
    #expect(Set(names) == Set(Self.counts.keys.map { "\($0).yaml" } + ["demo.yaml", "wgan-gp.yaml"]))
  }

  @Test(arguments: counts)
  func parameterCounts(name: String, counts: (generator: Int, discriminator: Int)) throws {
    let configuration = try Configuration(file: recipePath("\(name).yaml"))
    #expect(configuration.name == name)
    let kernels = Kernels(.native)
    let engine = Engine(kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: 1, kernels: kernels))
    let model = configuration.model
    let generator = try Network(
      name: "generator", layers: model.generatorLayers, input: model.latentShape, groups: 1, engine: engine)
    let discriminator = try Network(
      name: "discriminator", layers: model.discriminatorLayers, input: model.imageShape, groups: 2, engine: engine)
    #expect(generator.parameterCount == counts.generator && discriminator.parameterCount == counts.discriminator)
    #expect(generator.outputShape == model.imageShape)
  }
}
