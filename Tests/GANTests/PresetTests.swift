import GAN
import Numerics
import Testing

/// Names, shapes and counts that PyTorch prints for the tutorial's networks.
@Suite struct PresetTests {
  private func networks(_ model: ModelSpecification) throws -> (generator: Network, discriminator: Network) {
    let kernels = Kernels(.native)
    let engine = Engine(kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: 1, kernels: kernels))
    return (
      try Network(
        name: "generator", layers: model.generatorLayers, input: model.latentShape, groups: 1,
        engine: engine),
      try Network(
        name: "discriminator", layers: model.discriminatorLayers, input: model.imageShape, groups: 2,
        engine: engine)
    )
  }

  private func names(_ tensors: [ParameterTensor]) -> [String] { tensors.map { "\($0.name) \($0.shape)" } }

  @Test func recipeOneIsTheTutorials() throws {
    let (generator, discriminator) = try networks(ModelSpecification())
    #expect(generator.parameterCount == 3_576_704)
    #expect(discriminator.parameterCount == 2_765_568)
    #expect(generator.outputShape == Shape(samples: 1, height: 64, width: 64, channels: 3))
    #expect(discriminator.outputShape == Shape(samples: 1, height: 1, width: 1, channels: 1))
    #expect(
      names(generator.tensors) == [
        "0.weight [100, 512, 4, 4]", "1.weight [512]", "1.bias [512]",
        "3.weight [512, 256, 4, 4]", "4.weight [256]", "4.bias [256]",
        "6.weight [256, 128, 4, 4]", "7.weight [128]", "7.bias [128]",
        "9.weight [128, 64, 4, 4]", "10.weight [64]", "10.bias [64]", "12.weight [64, 3, 4, 4]",
      ])
    #expect(
      names(discriminator.tensors) == [
        "0.weight [64, 3, 4, 4]", "2.weight [128, 64, 4, 4]", "3.weight [128]", "3.bias [128]",
        "5.weight [256, 128, 4, 4]", "6.weight [256]", "6.bias [256]",
        "8.weight [512, 256, 4, 4]", "9.weight [512]", "9.bias [512]", "11.weight [1, 512, 4, 4]",
      ])
    #expect(
      names(generator.bufferTensors) == [
        "1.running_mean [512]", "1.running_var [512]", "4.running_mean [256]", "4.running_var [256]",
        "7.running_mean [128]", "7.running_var [128]", "10.running_mean [64]", "10.running_var [64]",
      ])
    #expect(
      generator.summary.map { "\($0.name): \($0.outputShape.height)×\($0.outputShape.channels)" } == [
        "0: 4×512", "1: 4×512", "3: 8×256", "4: 8×256", "6: 16×128", "7: 16×128", "9: 32×64", "10: 32×64", "12: 64×3",
        "13: 64×3",
      ])
  }

  /// Counts of the same networks built in PyTorch.
  @Test(arguments: [
    (32, 64, 1, 1_066_880, 661_248),
    (64, 64, 1, 3_574_656, 2_763_520),
    (128, 64, 3, 12_786_560, 11_164_416),
    (256, 16, 3, 3_615_456, 2_804_416),
  ])
  func otherSizes(size: Int, width: Int, channels: Int, generatorCount: Int, discriminatorCount: Int) throws {
    let (generator, discriminator) = try networks(
      ModelSpecification(
        generator: .preset(.init(.dcgan, width: width)), discriminator: .preset(.init(.dcgan, width: width)),
        image: FeatureShape(channels: channels, height: size, width: size)))
    #expect(generator.parameterCount == generatorCount)
    #expect(discriminator.parameterCount == discriminatorCount)
    #expect(generator.outputShape == Shape(samples: 1, height: size, width: size, channels: channels))
    #expect(discriminator.outputShape.count == 1)
  }

  /// The counts that the recipes' sources print.
  @Test(arguments: [
    (Preset.same5, 128, 3, 24_034_819, 17_484_289), (.ganlab, 28, 1, 1_820_737, 336_098),
    (.ganlab, 32, 1, 2_208_577, 336_098), (.ganlab, 32, 3, 2_208_707, 336_674), (.ganlab, 64, 3, 2_236_387, 345_890),
  ])
  func otherPresets(_ preset: Preset, size: Int, channels: Int, generatorCount: Int, discriminatorCount: Int) throws {
    let (generator, discriminator) = try networks(
      ModelSpecification(
        generator: .preset(.init(preset)), discriminator: .preset(.init(preset)),
        image: FeatureShape(channels: channels, height: size, width: size)))
    #expect(generator.parameterCount == generatorCount)
    #expect(discriminator.parameterCount == discriminatorCount)
    #expect(generator.outputShape == Shape(samples: 1, height: size, width: size, channels: channels))
    #expect(discriminator.outputShape.count == preset.logits)
  }

  /// The recipe fashion: the tutorial's layers at width 128 with biases.
  @Test func biasesAreCounted() throws {
    let preset = NetworkSpecification.preset(.init(.dcgan, width: 128, bias: true))
    let (generator, discriminator) = try networks(
      ModelSpecification(
        generator: preset, discriminator: preset,
        image: FeatureShape(channels: 1, height: 64, width: 64)))
    #expect(generator.parameterCount == 12_656_257)
    #expect(discriminator.parameterCount == 11_033_985)
  }

  /// The recipe glasses: dropout after each of the four rectifiers.
  @Test func dropoutFollowsTheRectifiers() {
    let layers = PresetSpecification(.dcgan, dropout: 0.1).discriminator(imageSize: 64)
    let places = layers.indices.filter { layers[$0] == .dropout(rate: 0.1) }
    #expect(places.count == 4 && places.allSatisfy { layers[$0 - 1] == .leakyRelu(slope: 0.2) })
  }
}
