import Configuration
import Foundation
import GAN
import ImageIO
import Testing

struct ConfigurationTests {
  @Test func defaults() throws {
    let found = try configuration(shortestYAML)
    #expect(found.name == "run")
    #expect(found.seed == 1)
    #expect(found.model == ModelSpecification())
    #expect(found.train.batch == 128)
    #expect(found.train.steps == 1 && found.train.epochs == nil)
    #expect(found.train.rules.generator == .adam() && found.train.rules.discriminator == .adam())
    #expect(found.data.path == nil && found.data.syntheticCount == 2000 && found.data.lastBatch == .drop)
    #expect(found.threads == .automatic)
    #expect(found.output.samples.every == .steps(200) && found.output.samples.statistics == .batch)
    #expect(found.runFolder == "runs/run")
  }

  /// The sample of the design.
  @Test func everyKeyOfTheDesign() throws {
    let found = try Configuration(file: fixturePath("design.yaml"))
    #expect(found.output.onnx == .checkpoints && found.train.rules.updates == .oneEach)
    #expect(found.data.augment == Augmentation(flip: true, brightness: 0.1, contrast: 0.1))
  }

  @Test(arguments: ["facades.yaml", "demo.yaml"])
  func recipesAreValid(name: String) throws {
    let found = try Configuration(file: recipePath(name))
    #expect(found.name == name.dropLast(5))
  }

  /// The table of the recipe, number by number.
  @Test func facadesRecipe() throws {
    let found = try Configuration(file: recipePath("facades.yaml"))
    #expect(found.model == ModelSpecification())
    #expect(found.model.latent == LatentSpecification(size: 100, distribution: .normal))
    #expect(found.model.image == FeatureShape(channels: 3, height: 64, width: 64))
    #expect(
      found.model.initialization
        == InitializationSpecification(weights: .normal(deviation: 0.02), scaleMean: 1, scaleDeviation: 0.02))
    let adam = OptimizerSpecification.adam(
      .init(learningRate: 0.0002, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, weightDecay: 0))
    #expect(found.train.rules.generator == adam && found.train.rules.discriminator == adam)
    #expect(found.train.rules.loss == .binaryCrossEntropy())
    #expect(found.train.batch == 128 && found.train.epochs == 500 && found.train.steps == nil)
    #expect(found.train.rules.noise == .reuse && found.data.resize == .crop && found.output.samples.count == 64)
    #expect(found.data.path == recipePath("../data/facades"))
  }

  private static let everythingElse = """
    name: "other run: ü"
    seed: 9223372036854775807
    data:
      source: idx
      path: /somewhere/with "quotes" \\ and more
      split: test
      emnist: letters
      transpose: false
      image: {size: 8, channels: 1, resize: pad, antialias: false}
      shuffle: false
      lastBatch: wrap
      pattern: "*.jpg"
      limit: 1000
      decode: exact
      onBadImage: skip
      cache: off
      synthetic: {count: 5}
    model:
      latent: {size: 3, distribution: uniform}
      generator:
        layers:
          - transposedConvolution: {channels: 5, kernel: 4}
          - batchNorm: {epsilon: 1e-3, momentum: .01}
          - relu: {}
          - transposedConvolution: {channels: 1, kernel: 4, stride: 2, padding: 1, bias: false}
          - tanh: {}
      discriminator:
        layers:
          - convolution: {channels: 2, kernel: 8, spectralNorm: true}
          - batchNorm: {}
          - leakyRelu: {slope: 0.3}
          - convolution: {channels: 1, kernel: 1, bias: false}
          - branch: {from: 1}
          - convolution: {channels: 1, kernel: 1, bias: true}
      init: {weights: {normal: 3e-5}, biases: zero, batchNorm: {normal: [-1.5, 0]}}
    train:
      batch: 13
      shards: 8
      steps: 20
      epochs: 3
      loss: {kind: bce, smoothing: {kind: fixed, real: 0.9, fake: 0.1}}
      optimizer:
        generator: {kind: adam, learningRate: 1.5e-4, betas: [0, 0.9], weightDecay: 1e-5, epsilon: 1e-7}
        discriminator: {kind: adam, learningRate: 0.00005}
      noise: fresh
    threads: 3
    output:
      folder: a b
      samples: {every: 5 epochs, count: 4, batchNorm: running}
      checkpoints: {every: 1 epoch, keep: 1}
      log: {every: 7 steps}
    """

  @Test func everyValueArrives() throws {
    let found = try configuration(Self.everythingElse)
    #expect(found.name == "other run: ü" && found.seed == UInt64(Int64.max))
    #expect(found.data.source == .idx && found.data.resize == .pad && !found.data.antialias && !found.data.shuffle)
    #expect(found.data.path == #"/somewhere/with "quotes" \ and more"#)
    #expect(found.data.split == .test && found.data.emnist == .letters && found.data.transpose == false)
    #expect(found.data.lastBatch == .wrap && found.data.pattern == "*.jpg" && found.data.limit == 1000)
    #expect(found.data.onBadImage == .skip && found.data.cache == .off && found.data.syntheticCount == 5)
    #expect(found.data.decode == .exact)
    #expect(found.model.image == FeatureShape(channels: 1, height: 8, width: 8))
    #expect(found.model.latent == LatentSpecification(size: 3, distribution: .uniform))
    #expect(
      found.model.generator
        == .layers([
          .transposedConvolution(.init(channels: 5, kernel: 4, stride: 1, padding: 0, bias: true)),
          .batchNorm(.init(epsilon: 1e-3, momentum: 0.01)), .relu,
          .transposedConvolution(.init(channels: 1, kernel: 4, stride: 2, padding: 1, bias: false)), .tanh,
        ]))
    #expect(
      found.model.discriminator
        == .layers([
          .convolution(.init(channels: 2, kernel: 8, stride: 1, padding: 0, bias: true, spectralNorm: true)),
          .batchNorm(), .leakyRelu(slope: 0.3),
          .convolution(.init(channels: 1, kernel: 1, stride: 1, padding: 0, bias: false)),
          .branch(from: 1), .convolution(.init(channels: 1, kernel: 1, stride: 1, padding: 0, bias: true)),
        ]))
    #expect(
      found.model.initialization
        == InitializationSpecification(weights: .normal(deviation: 3e-5), scaleMean: -1.5, scaleDeviation: 0))
    #expect(found.train.batch == 13 && found.train.steps == 20 && found.train.epochs == 3)
    #expect(found.train.shards == .fixed(8) && found.train.rules.noise == .fresh && found.threads == .fixed(3))
    #expect(found.train.rules.loss == .binaryCrossEntropy(.init(labels: .fixed(real: 0.9, fake: 0.1))))
    #expect(
      found.train.rules.generator
        == .adam(.init(learningRate: 1.5e-4, beta1: 0, beta2: 0.9, epsilon: 1e-7, weightDecay: 1e-5)))
    #expect(found.train.rules.discriminator == .adam(.init(learningRate: 5e-5)))
    #expect(found.output.folder == "a b" && found.output.samples.every == .epochs(5))
    #expect(found.output.samples.count == 4 && found.output.samples.statistics == .running)
    #expect(found.output.checkpoints.every == .epochs(1) && found.output.checkpoints.keep == 1)
    #expect(found.output.log.every == .steps(7))
  }

  /// Both names of PyTorch's default.
  @Test(arguments: ["framework", "kaimingUniform"])
  func initializationByName(name: String) throws {
    let found = try configuration(shortestYAML, ["model.init.weights=\(name)", "model.init.dense=\(name)"])
    #expect(found.model.initialization.weights == .framework && found.model.initialization.dense == .framework)
    #expect(found.yaml.contains("weights: framework"))
  }

  @Test(arguments: [shortestYAML, everythingElse])
  func itsYAMLReadsBackEqual(yaml: String) throws {
    let found = try configuration(yaml)
    let again = try Configuration(yaml: found.yaml, file: "config.yaml", folder: "/elsewhere")
    #expect(again == found, "\(found.yaml)")
    #expect(again.yaml == found.yaml)
  }

  @Test func itsYAMLIsReadable() throws {
    let printed = try configuration(Self.everythingElse, ["train.optimizer.discriminator.learningRate=0.0002"])
      .yaml
    for line in [
      "      learningRate: 2e-4", "      learningRate: 1.5e-4", "      betas: [0, 0.9]", "    size: 8",
      "      - batchNorm: {epsilon: 0.001, momentum: 0.01}", "    every: 5 epochs", "name: \"other run: ü\"",
      "    weights: {normal: 3e-5}", "      epsilon: 1e-7",
    ] {
      #expect(printed.split(separator: "\n").contains(Substring(line)), "\(line) in \(printed)")
    }
  }

  @Test func overridesWinOverTheFile() throws {
    let found = try configuration(
      shortestYAML,
      [
        "train.batch=32", "train.batch=64", "data.image={size: 32}", "train.loss.smoothing.real=.9", "name=two",
        "train.steps=null", "train.epochs=3", "output.log.every=2 epochs",
      ])
    #expect(
      found.train.batch == 64 && found.model.image.width == 32
        && found.train.rules.loss == .binaryCrossEntropy(.init(labels: .fixed(real: 0.9, fake: 0))))
    #expect(found.name == "two" && found.train.steps == nil && found.train.epochs == 3)
    #expect(found.output.log.every == .epochs(2))
  }

  @Test func pathsCountFromTheFile() throws {
    let yaml = "data: {path: FOLDER}\ntrain: {steps: 1}"
    for (given, absolute) in [("a/b", "/images/a/b"), ("../c", "/c"), ("./d/", "/images/d"), ("/e", "/e")] {
      #expect(try configuration(yaml.replacing("FOLDER", with: given)).data.path == absolute)
    }
    let fromArgument = try configuration(yaml, ["data.path=photos"])
    #expect(fromArgument.data.path == FileManager.default.currentDirectoryPath + "/photos")
  }

  private static let home = ProcessInfo.processInfo.environment["HOME"] ?? "/root"

  /// README's own line. A shell leaves `~` alone behind `=`, and nothing expands it in a file.
  @Test func theHomeFolderIsWrittenAsATilde() throws {
    let home = Self.home
    let argument = try configuration(shortestYAML, ["data.path=~/images/facades", "output.folder=~/runs"])
    #expect(argument.data.path == "\(home)/images/facades" && argument.output.folder == "\(home)/runs")
    #expect(argument.runFolder == "\(home)/runs/run")
    let file = try configuration(
      "data: {path: ~/images, cache: ~/cache}\ntrain: {steps: 1}\noutput: {folder: \"~\"}\n")
    #expect(file.data.path == "\(home)/images" && file.data.cache == .folder("\(home)/cache"))
    #expect(file.output.folder == home)
    #expect(try configuration(shortestYAML, ["data.path=~"]).data.path == home)
    #expect(try configuration(shortestYAML, ["data={source: folder, path: ~/x}"]).data.path == "\(home)/x")
    // A name like any other.
    let here = FileManager.default.currentDirectoryPath
    #expect(try configuration(shortestYAML, ["data.path=~user/x"]).data.path == "\(here)/~user/x")
    #expect(try configuration(shortestYAML, ["data.path=./~/x"]).data.path == "\(here)/~/x")
    // YAML's null.
    #expect(try configuration("data: {source: synthetic, path: ~}\ntrain: {steps: 1}\n").data.path == nil)
  }

  /// A shell has read it once already: no second syntax changes the text of a path.
  @Test(arguments: [
    "/a #1", "/a: b", "/a\nb", "/a\tb", "/a  ", "/\u{1}\u{7F}\u{85}\u{2028}\u{FEFF}é🙂", "/a\\nb", "/[a]", "/{a: b}",
    "/*.d", "/a &b/&c", "/a \"b\" 'c'", "/!a", "/%a,b", "/- a\n  - b", "/yes", "/a\r\nb", "/it's", "/\"",
    "/a\u{A0}b\u{FFFF}",
  ])
  func aPathIsTakenAsItIs(path: String) throws {
    let found = try configuration(
      shortestYAML, ["data.path=\(path)", "data.cache=\(path)", "output.folder=\(path)"])
    #expect(found.data.path == path && found.data.cache == .folder(path) && found.output.folder == path)
    let again = try configuration(found.yaml)
    #expect(again == found && again.data.path == path)
    #expect(try Configuration(recorded: found.yaml, file: "checkpoint").data.path == path)
  }

  @Test(arguments: [
    "[a]", "{a: b}", "*.jpg", " #a", "# a", "\"a", "'a' b", "&a", "5", "true", "- a", "a ", "\ta", "auto",
  ])
  func aRelativePathIsTakenAsItIs(path: String) throws {
    let here = FileManager.default.currentDirectoryPath
    #expect(try configuration(shortestYAML, ["data.path=\(path)"]).data.path == "\(here)/\(path)")
    let runs = try configuration(shortestYAML, ["output.folder=\(path)"])
    #expect(runs.output.folder == path)
    #expect(try configuration(runs.yaml) == runs)
  }

  @Test func whatSetStillReadsAsYAML() throws {
    let found = try configuration(
      shortestYAML,
      [
        "data.path='/a ''b'' c'", "data.image={size: 64}", "output={folder: /a}", "data.pattern=*.jpg",
        "train.steps=3 # few",
      ])
    #expect(found.data.path == "/a 'b' c" && found.model.image.width == 64 && found.output.folder == "/a")
    #expect(found.data.pattern == "*.jpg" && found.train.steps == 3)
    #expect(try configuration(shortestYAML, ["data.path=\"/a\\nb\""]).data.path == "/a\nb")
    #expect(try configuration(shortestYAML, ["data.pattern=\"*.png\""]).data.pattern == "*.png")
    #expect(try configuration(shortestYAML, ["data.path=/a", "data.path=null"]).data.path == nil)
    #expect(try configuration(shortestYAML, ["data.path=/a", "data.path="]).data.path == nil)
    #expect(try configuration(shortestYAML, ["data.cache=off"]).data.cache == .off)
    #expect(try configuration(shortestYAML, ["name=run #3"]).name == "run #3")
  }

  @Test func shardsOfABatch() throws {
    let automatic = try configuration(shortestYAML).train
    #expect([1, 8, 9, 200].map { automatic.shardCount(ranks: $0) } == [8, 8, 9, 128])
    let fixed = try configuration(shortestYAML, ["train.shards=5"])
    #expect(fixed.training(ranks: 3).shards == 5 && fixed.training(ranks: 3).batch == 128)
  }

  @Test func keysThatWereSet() throws {
    let overrides = ["data.limit=null", "data.augment=null", "train.loss.smoothing.real=.9", "output.onnx=never"]
    let found = try Configuration.keysSet(in: recipePath("demo.yaml"), overrides: overrides)
    #expect(found.isSuperset(of: ["name", "data.synthetic.count", "train.loss.smoothing.real", "output.log.every"]))
    #expect(found.isDisjoint(with: ["data.limit", "train.epochs", "data.augment", "data", "data.path"]))
  }

  @Test func changesSayWhatMayChange() throws {
    let old = try configuration(shortestYAML)
    let new = try configuration(
      shortestYAML,
      ["train.steps=2", "output.log.every=3", "seed=4", "data.path=/x", "model.generator={layers: [{tanh: {}}]}"]
        .dropLast() + ["threads=2"])
    let changes = new.changes(from: old)
    #expect(
      changes.map(\.description) == [
        "seed: 1 → 4", "data.path: null → /x", "train.steps: 1 → 2", "threads: auto → 2", "output.log.every: 50 → 3",
      ])
    #expect(changes.map(\.rule) == [.fixed, .withEqualData, .free, .free, .free])
    #expect(old.changes(from: old).isEmpty)
    #expect(SettingChange.rule(for: "data.decode") == .fixed)
    #expect(SettingChange.rule(for: "train.batch") == .fixed && SettingChange.rule(for: "train.shards") == .fixed)
  }

  @Test func changeFromPresetToLayers() throws {
    let old = try configuration(Self.everythingElse)
    let preset = try configuration(
      Self.everythingElse, ["data.image.size=32", "model.generator={width: 8}", "model.discriminator={width: 8}"])
    let keys = preset.changes(from: old).map(\.key)
    #expect(
      keys == [
        "data.image.size", "model.generator.preset", "model.generator.width", "model.generator.bias",
        "model.generator.batchNorm", "model.discriminator.preset", "model.discriminator.width",
        "model.discriminator.bias", "model.discriminator.batchNorm", "model.discriminator.dropout",
        "model.discriminator.spectralNorm", "model.generator.layers", "model.discriminator.layers",
      ])
  }

  @Test func automaticShards() {
    #expect(TrainSettings.automaticShards(batch: 128, ranks: 1) == 8)
    #expect(TrainSettings.automaticShards(batch: 128, ranks: 12) == 12)
    #expect(TrainSettings.automaticShards(batch: 4, ranks: 12) == 4)
  }
}
