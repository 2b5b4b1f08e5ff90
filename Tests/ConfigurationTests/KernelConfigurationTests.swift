import Configuration
import GAN
import Numerics
import Testing

/// The section `kernels`: what it accepts, what it refuses, and how it reads back.
@Suite struct KernelConfigurationTests {
  private static let asked = """
    \(shortestYAML)
    kernels:
      algorithm: direct
      instructionSet: avx2
      generator:
        3: {data: im2col}
      discriminator:
        2: {forward: F4, data: F2, weights: auto}
        11: {}
        8:
          weights: F2
    """

  @Test func everythingArrives() throws {
    #expect(try configuration(shortestYAML).kernels == KernelSettings())
    #expect(
      try configuration(Self.asked).kernels
        == KernelSettings(
          algorithm: .direct,
          layers: [
            "generator.3": .init(data: .im2col), "discriminator.2": .init(forward: .winograd4, data: .winograd2),
            "discriminator.8": .init(weights: .winograd2),
          ], instructionSet: .avx2))
  }

  @Test func overrides() throws {
    #expect(
      try configuration(shortestYAML, ["kernels.algorithm=F2"]).kernels == KernelSettings(algorithm: .winograd2))
    let kernels = try configuration(
      Self.asked, ["kernels.discriminator.2.weights=F2", "kernels.discriminator.2.data=auto", "kernels.algorithm=auto"]
    ).kernels
    #expect(kernels.algorithm == nil)
    #expect(kernels.layers["discriminator.2"] == .init(forward: .winograd4, weights: .winograd2))
  }

  @Test(arguments: [
    (
      "kernels.algorithm=F3",
      "kernels.algorithm: found F3, expected one of auto, im2col, direct, F2, F4. Did you mean F2?"
    ),
    ("kernels.algorithm=null", "kernels.algorithm: found null, expected one of auto"),
    ("kernels.instructionSet=avx", "expected one of auto, baseline, avx2, avx512. Did you mean avx2?"),
    ("kernels.algoritm=F2", "unknown key kernels.algoritm. Did you mean kernels.algorithm?"),
    ("kernels.discriminator.2.weight=F2", "Did you mean kernels.discriminator.2.weights?"),
    ("kernels.discriminator.2.weights=f2", "found f2, expected one of auto, im2col, direct, F2, F4. Did you mean F2?"),
    ("kernels.discriminator.2=F2", "kernels.discriminator.2: found F2, expected a group of keys."),
    ("kernels.critic.2.weights=F2", "unknown key kernels.critic"),
    ("kernels=F2", "kernels: found F2, expected a group of keys."),
    (
      "kernels.discriminator.3.weights=F2",
      "kernels.discriminator.3: found layer 3, batchNorm, expected the index of a convolution: 0, 2, 5, 8, 11, as "
        + "--dry-run prints them. The nearest is kernels.discriminator.2."
    ),
    ("kernels.generator.99.data=F2", "found 99, expected the index of a convolution: 0, 3, 6, 9, 12"),
    ("kernels.generator.03.data=F2", "found 03, expected the index of a convolution"),
    ("kernels.generator.last.data=F2", "found last, expected the index of a convolution"),
    (
      "kernels.discriminator.11.forward=F4",
      "kernels.discriminator.11.forward: found F4, which has no form for a kernel of 4×4 and stride 1, expected one of "
        + "auto, im2col, direct."
    ),
  ])
  func whatIsRefused(override: String, text: String) {
    let message = message(shortestYAML, [override])
    #expect(message.hasPrefix("--set \(override): ") && message.contains(text), "\(message)")
  }

  @Test func theLineIsNamed() {
    let yaml = shortestYAML + "kernels:\n  discriminator:\n    11: {data: F2}\n    4: {data: F2}\n"
    let lines = message(yaml).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.dropFirst().first?.hasPrefix("run.yaml:5:16: kernels.discriminator.11.data: found F2") == true)
    #expect(lines.last?.hasPrefix("run.yaml:6:8: kernels.discriminator.4: found layer 4, leakyRelu") == true)
  }

  @Test func itsYAMLReadsBackEqual() throws {
    for yaml in [shortestYAML, Self.asked] {
      let found = try configuration(yaml)
      let again = try configuration(found.yaml)
      #expect(again == found && again.yaml == found.yaml, "\(found.yaml)")
    }
  }

  /// What a resolved configuration still leaves to the program decides no bits; what `transpose` came to is in the
  /// images' hash.
  @Test func resolvedLeavesNothingThatDecidesBits() throws {
    let resolved = try configuration(shortestYAML).resolved(shards: 8, .avx2)
    #expect(
      resolved.settings.filter { $0.text == "auto" }.map(\.key)
        == ["data.transpose", "data.cache", "threads", "kernels.algorithm"])
    #expect(resolved.train.shards == .fixed(8) && resolved.kernels.instructionSet == .avx2)
    #expect(resolved.kernels.layers.count == 10 && resolved.kernels.layers.values.allSatisfy { $0.weights != nil })
    #expect(try resolved.resolved(shards: 8, .avx512) == resolved, "a later start keeps it")
    #expect(try configuration(resolved.yaml) == resolved)
  }

  /// Every layer's choice written out asks for the same as the settings that it comes from.
  @Test(arguments: [shortestYAML, asked], [1, 8, 64])
  func everyChoiceWrittenOut(yaml: String, samples: Int) throws {
    var found = try configuration(yaml)
    let open = found.kernels
    found.kernels = try open.withAllChosen(for: found.model, samplesPerShard: samples, .avx512)
    #expect(found.kernels.layers.count == 10)
    #expect(found.kernels.instructionSet == open.instructionSet ?? .avx512)
    let again = try configuration(found.yaml)
    #expect(again == found && again.yaml == found.yaml, "\(found.yaml)")
    let repeated = try again.kernels.withAllChosen(for: found.model, samplesPerShard: 3 * samples, .baseline)
    #expect(repeated == found.kernels, "nothing is left to choose")

    let threads = Threads(count: 1)
    let kernels = Kernels(.native)
    for settings in [open, found.kernels] where InstructionSet.native == .avx512 {
      let engine = Engine(
        kernels: kernels, threads: threads, peers: SingleRank(shards: 1, kernels: kernels), algorithms: settings,
        samplesPerShard: samples)
      let network = try Network(
        name: "discriminator", layers: found.model.discriminatorLayers, input: found.model.imageShape, groups: 1,
        engine: engine)
      for layer in network.summary where layer.algorithms != nil {
        #expect(layer.algorithms == found.kernels.layers["discriminator.\(layer.name)"])
      }
    }
  }

  @Test func oneAlgorithmForAllItSuits() throws {
    let found = try configuration(shortestYAML, ["kernels.algorithm=F2", "kernels.discriminator.2.data=F4"])
    let layers = try found.kernels.withAllChosen(for: found.model, samplesPerShard: 8, .avx2).layers
    let all = KernelSettings.Layer(forward: .winograd2, data: .winograd2, weights: .winograd2)
    let direct = KernelSettings.Layer(forward: .direct, data: .direct, weights: .direct)
    #expect(layers["generator.3"] == all && layers["discriminator.11"] == direct && layers["generator.0"] == direct)
    #expect(layers["discriminator.2"] == .init(forward: .winograd2, data: .winograd4, weights: .winograd2))
  }

  @Test func anotherAlgorithmIsAnotherRun() throws {
    let old = try configuration(shortestYAML, ["kernels.discriminator.2.data=F4"])
    let new = try configuration(shortestYAML, ["kernels.discriminator.2.data=F2"])
    let changes = new.changes(from: old)
    #expect(changes.map(\.description) == ["kernels.discriminator.2.data: F4 → F2"])
    #expect(changes.map(\.rule) == [.fixed] && changes.map(\.allowance) == ["kernels"])
  }
}
