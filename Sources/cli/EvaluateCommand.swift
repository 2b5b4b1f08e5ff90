import ArgumentParser
import Commands

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure the distance of generated images to real ones, their diversity and memorization.",
    discussion: """
      Compares with the images that a configuration trains on and holds out (data.validation): the sliced Wasserstein \
      distance over a Laplacian pyramid (Karras et al. 2018), multi-scale structural similarity of random pairs (Odena et \
      al. 2017), and the nearest training image of each sample; for a checkpoint also its discriminator's loss and \
      accuracy. Images that a model was trained on never count as held out. Exit codes: 0 done, 64 usage or configuration, 65 bad data, 74 input or output.
      """)

  @OptionGroup var samples: ModelArgument<AnySamples>

  @Option(help: ArgumentHelp("The configuration whose data the samples are compared with.", valueName: "CONFIG"))
  var data: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Override a setting of CONFIG, for example --set data.validation=0.1. Repeatable.",
      valueName: "KEY=VALUE"))
  var overrides: [String] = []

  @Option(
    help: ArgumentHelp("A folder of held-out images, instead of data.validation.", valueName: "DIR"))
  var heldout: String?

  @Option(help: ArgumentHelp("Use the first N samples; by default all of a file, 1000 of a model.", valueName: "N"))
  var count: Int?

  @Option(help: ArgumentHelp("Number of random pairs for the similarity.", valueName: "N"))
  var pairs = 1000

  @Option(
    help: ArgumentHelp("Seed of patches, directions and pairs (default 0), and of a model's latents.", valueName: "S"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "A network in ONNX whose first output is the features of images in [-1, 1]: adds the Fréchet distance.",
      valueName: "NETWORK"))
  var features: String?

  @Option(help: ArgumentHelp("Write evaluation.json and neighbours.png to this folder.", valueName: "DIR"))
  var out: String?

  func validate() throws {
    if let count, count < 2 { throw ValidationError("--count is \(count); give at least 2.") }
    if let problem = out.flatMap(OutputFile.problem(ofFolder:)) { throw ValidationError(problem) }
    guard pairs > 0 else { throw ValidationError("--pairs is \(pairs); give at least 1.") }
  }

  func run() {
    EvaluateProgram(
      samples: samples.file, configuration: data, overrides: overrides, heldOut: heldout, count: count, pairs: pairs,
      seed: seed, features: features, out: out
    ).main()
  }
}
