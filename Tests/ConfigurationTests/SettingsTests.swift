import Configuration
import Foundation
import Testing

/// That a setting is declared in one place and known in all of them.
struct SettingsTests {
  /// For each key another value than its default, and what else must be set for it to be possible.
  private static let others: [String: (value: String, beside: [String])] = [
    "name": ("other", []),
    "seed": ("2", []),
    "data.source": ("folder", ["data.path=/images"]),
    "data.path": ("/images", []),
    "data.split": ("test", ["data.source=idx", "data.path=/images"]),
    "data.emnist": ("letters", ["data.source=idx", "data.path=/images"]),
    "data.transpose": ("true", ["data.source=idx", "data.path=/images"]),
    "data.celeba.partition": ("valid", ["data.source=celeba", "data.path=/images"]),
    "data.celeba.attributes.Smiling": ("true", ["data.source=celeba", "data.path=/images"]),
    "data.image.size": ("32", []),
    "data.image.channels": ("1", []),
    "data.image.resize": ("pad", []),
    "data.image.antialias": ("false", []),
    "data.shuffle": ("false", []),
    "data.lastBatch": ("keep", []),
    "data.pattern": ("\"*.png\"", []),
    "data.folders": ("all", []),
    "data.validation": ("0.25", []),
    "data.augment.flip": ("true", []),
    "data.augment.brightness": ("0.5", []),
    "data.augment.contrast": ("0.5", []),
    "data.limit": ("1000", []),
    "data.decode": ("fast", []),
    "data.orientation": ("stored", []),
    "data.background": ("\"#8090a0\"", []),
    "data.formats": ("[png, webp]", []),
    "data.onBadImage": ("skip", []),
    "data.cache": ("off", []),
    "data.cacheLimit": ("5", []),
    "data.synthetic.count": ("500", []),
    "model.latent.size": ("8", []),
    "model.latent.distribution": ("uniform", []),
    "model.generator.layers": (
      "[{dense: {units: 12288, bias: true}}, {reshape: {channels: 3, height: 64, width: 64}}]", []
    ),
    "model.generator.preset": ("same5", []),
    "model.generator.width": ("8", []),
    "model.generator.bias": ("true", []),
    "model.generator.batchNorm": ("false", []),
    "model.discriminator.layers": ("[{flatten: {}}, {dense: {units: 1, bias: true}}]", []),
    "model.discriminator.preset": ("same5", []),
    "model.discriminator.width": ("8", []),
    "model.discriminator.bias": ("true", []),
    "model.discriminator.batchNorm": ("false", []),
    "model.discriminator.dropout": ("0.25", []),
    "model.discriminator.spectralNorm": ("true", []),
    "model.init.weights": ("framework", []),
    "model.init.dense": ("{truncatedNormal: 0.5}", []),
    "model.init.biases": ("framework", []),
    "model.init.batchNorm": ("{normal: [1, 0.5]}", []),
    "train.batch": ("64", []),
    "train.shards": ("4", []),
    "train.steps": ("7", []),
    "train.epochs": ("5", []),
    "train.loss.kind": ("wgan", []),
    "train.loss.discriminator": ("mean", []),
    "train.loss.smoothing.kind": ("random", []),
    "train.loss.smoothing.real": ("0.5", []),
    "train.loss.smoothing.fake": ("0.5", []),
    "train.loss.smoothing.amplitude": ("0.5", ["train.loss.smoothing.kind=random"]),
    "train.loss.clip": ("0.5", ["train.loss.kind=wgan"]),
    "train.loss.penalty": ("5", ["train.loss.kind=wganGP", "model.discriminator.batchNorm=false"]),
    "train.optimizer.generator.kind": ("adamW", []),
    "train.optimizer.generator.learningRate": ("0.5", []),
    "train.optimizer.generator.betas": ("[0.25, 0.5]", []),
    "train.optimizer.generator.weightDecay": ("0.5", []),
    "train.optimizer.generator.epsilon": ("0.5", []),
    "train.optimizer.discriminator.kind": ("rmsprop", []),
    "train.optimizer.discriminator.learningRate": ("0.5", []),
    "train.optimizer.discriminator.betas": ("[0.25, 0.5]", []),
    "train.optimizer.discriminator.weightDecay": ("0.5", []),
    "train.optimizer.discriminator.epsilon": ("0.5", []),
    "train.noise": ("fresh", []),
    "train.updates.discriminator": ("3", ["train.noise=fresh"]),
    "train.updates.generator": ("3", ["train.noise=fresh"]),
    "train.generatorStatistics": ("eachUpdate", []),
    "train.inputNoise": ("0.5", []),
    "train.differentiableAugmentation.operations": ("[color, cutout]", []),
    "train.differentiableAugmentation.probability": ("0.25", []),
    "threads": ("3", []),
    "watchdog": ("5", []),
    "kernels.instructionSet": ("avx2", []),
    "kernels.algorithm": ("F2", []),
    "kernels.generator.3.forward": ("F2", []),
    "kernels.generator.3.data": ("F2", []),
    "kernels.generator.3.weights": ("F2", []),
    "kernels.discriminator.2.forward": ("F2", []),
    "kernels.discriminator.2.data": ("F2", []),
    "kernels.discriminator.2.weights": ("F2", []),
    "output.folder": ("other", []),
    "output.samples.every": ("3 epochs", []),
    "output.samples.count": ("16", []),
    "output.samples.batchNorm": ("running", []),
    "output.samples.latents": ("fresh", []),
    "output.samples.columns": ("4", []),
    "output.samples.padding": ("1", []),
    "output.samples.normalize": ("grid", []),
    "output.samples.final": ("4", []),
    "output.samples.afterResume": ("true", []),
    "output.checkpoints.every": ("3 epochs", []),
    "output.checkpoints.keep": ("9", []),
    "output.checkpoints.best": ("slicedWasserstein", ["data.validation=0.25"]),
    "output.log.every": ("3 epochs", []),
    "output.log.format": ("glasses", []),
    "output.log.losses": ("recomputed", []),
    "output.onnx": ("never", []),
    "output.tensorboard": ("false", []),
  ]

  /// Those whose only value is the default.
  private static let constant: Set = ["data.range"]

  /// The keys that this test sets are all that there are.
  @Test func everyKeyIsTried() {
    let declared = Configuration.catalog.map(\.key).filter { !Self.constant.contains($0) }
    let tried = Set(Self.others.keys.compactMap { Configuration.description(of: $0)?.key })
    #expect(Set(declared) == tried)
    #expect(Set(declared).count == declared.count, "declared twice")
    #expect(Configuration.catalog.allSatisfy { $0.summary.hasSuffix(".") && !$0.expected.isEmpty })
  }

  /// A value that is set arrives, is printed, is read back, differs for the ranks' agreement and for resuming, and is
  /// explained.
  @Test(arguments: others.keys.sorted())
  func isFoundInEachPlace(_ key: String) throws {
    let (value, beside) = try #require(Self.others[key])
    let before = try configuration(shortestYAML, beside)
    let after = try configuration(shortestYAML, beside + ["\(key)=\(value)"])
    #expect(after != before, "read")

    let printed = try #require(after.settings.first { $0.key == key }, "printed")
    let meant = try configuration(shortestYAML, beside + ["\(key)=\(printed.text)"])
    #expect(meant == after, "\(printed.text), which was printed, reads as something else")
    #expect(after.yaml != before.yaml, "the ranks agree by this text")
    #expect(try Configuration(yaml: after.yaml, file: "config.yaml") == after, "config.yaml")

    let change = try #require(after.changes(from: before).first { $0.key == key }, "compared on resume")
    let description = try #require(Configuration.description(of: key))
    #expect(change.rule == description.rule)
    #expect(SettingsReference.page.contains("| `\(description.key)` |"))

    let slip = message(shortestYAML, beside + ["\(key.dropLast())=\(value)"])
    #expect(slip.contains("Did you mean \(key)?"), "\(slip)")
  }

  /// Such a page as the program prints.
  @Test func theDocumentationIsTheProgramsOwn() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/settings.md")
    #expect(
      try String(contentsOf: page, encoding: .utf8) == SettingsReference.page,
      "run: disttrain settings --markdown > docs/settings.md")
  }

  /// A checkpoint that lacks a key means what programs did before there was the key; a user's file means the default.
  @Test func aCheckpointLacksYoungerKeys() throws {
    func recorded(_ yaml: String) throws -> Configuration { try Configuration(recorded: yaml, file: "a checkpoint") }
    let today = try Configuration(yaml: shortestYAML, file: "a checkpoint")
    #expect(today.watchdog == 60 && today.output.tensorboard)
    #expect(
      try today.changes(from: recorded(shortestYAML)).map(\.description)
        == [
          "data.folders: all → images", "data.orientation: stored → exif", "data.background: ignore → file",
          "data.formats: [png, jpeg] → [png, jpeg, webp, tiff, bmp, gif, heic, avif]", "watchdog: 0 → 60",
          "output.tensorboard: false → true",
        ])
    // Also where the group is there.
    let apart = try recorded(shortestYAML + "watchdog: 5\noutput: {onnx: never}\n")
    #expect(apart.watchdog == 5 && !apart.output.tensorboard)
    #expect(try recorded(today.yaml) == today, "what it says, it means")
  }

  /// Where a key of another kind is set, the message says beside what it belongs.
  @Test(arguments: [
    ("train.loss.clip=1", "train.loss.clip: found beside bce, expected it beside wgan."),
    (
      "train.loss.smoothing.amplitude=1",
      "train.loss.smoothing.amplitude: found beside fixed, expected it beside random."
    ),
  ])
  func whatBelongsElsewhereIsRefused(_ setting: String, _ expected: String) {
    #expect(message(shortestYAML, [setting]).contains(expected))
  }
}
