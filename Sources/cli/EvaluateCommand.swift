import ArgumentParser
import Commands

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how near generated images are to real ones, how varied, and whether they are copies.",
    discussion: """
      Compares with the images that a configuration trains on and holds out (data.validation): the sliced Wasserstein \
      distance over a Laplacian pyramid (Karras et al. 2018), multi-scale structural similarity over random pairs (Odena et \
      al. 2017), and the nearest training image of each sample; of a checkpoint also its discriminator's loss and \
      accuracy. Exit codes: 0 done, 64 usage or configuration, 65 bad data, 74 input or output.
      """)

  @OptionGroup var samples: ModelArgument<AnySamples>

  @Option(help: ArgumentHelp("The configuration whose data they are compared with.", valueName: "CONFIG"))
  var data: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Override a setting of CONFIG, for example --set data.validation=0.1. Repeatable.",
      valueName: "KEY=VALUE"))
  var overrides: [String] = []

  @Option(
    help: ArgumentHelp("A folder of other images to hold against, instead of data.validation.", valueName: "DIR"))
  var heldout: String?

  @Option(help: ArgumentHelp("The first N samples; without it all, and 1000 of a model.", valueName: "N"))
  var count: Int?

  @Option(help: ArgumentHelp("Random pairs whose similarity is measured.", valueName: "N"))
  var pairs = 1000

  @Option(
    help: ArgumentHelp("Of patches, directions and pairs (0 without it), and of a model's latents.", valueName: "S"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "A network in ONNX whose first output describes images in [-1, 1]: adds the Fréchet distance.",
      valueName: "NETWORK"))
  var features: String?

  @Option(help: ArgumentHelp("Write evaluation.json and neighbours.png there.", valueName: "DIR"))
  var out: String?

  func validate() throws {
    if let count, count < 2 { throw ValidationError("--count is \(count); give at least 2.") }
    guard pairs > 0 else { throw ValidationError("--pairs is \(pairs); give at least 1.") }
  }

  func run() {
    EvaluateProgram(
      samples: samples.file, configuration: data, overrides: overrides, heldOut: heldout, count: count, pairs: pairs,
      seed: seed, features: features, out: out
    ).main()
  }
}
