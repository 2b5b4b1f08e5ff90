import ArgumentParser
import Commands
import DistTrain

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train by a configuration file (the default subcommand).",
    discussion: """
      Exit codes: 0 done, 64 usage or configuration, 65 bad data, 70 internal error, 74 input or output, \
      75 stopped on request with a checkpoint written: the same command continues.
      """)

  @Argument(help: "The configuration, a YAML file; configs/ has one for each recipe.")
  var config: String

  @Option(
    help: ArgumentHelp(
      "auto: continue the run folder's newest valid checkpoint, if any; none: begin a new run; or a checkpoint.",
      valueName: "auto|none|FILE"))
  var resume = "auto"

  @Option(help: ArgumentHelp("Write runs to this folder instead of output.folder.", valueName: "DIR"))
  var out: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Override a setting, for example --set train.batch=64. Repeatable.", valueName: "KEY=VALUE"))
  var overrides: [String] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Continue even if this setting differs from the checkpoint's. Repeatable.", valueName: "KEY"))
  var allowChange: [String] = []

  @Flag(help: "Print the networks, memory, schedule and estimated time of a run without starting it.")
  var dryRun = false

  @Flag(
    help:
      "Train in one process with every check on: finite values in each layer, gradients against central differences.")
  var debug = false

  @Option(help: ArgumentHelp("Record the tensors of the first N steps in trace.safetensors.", valueName: "N"))
  var trace = 0

  func validate() throws {
    guard trace >= 0 else { throw ValidationError("--trace is \(trace); give the number of steps to record.") }
  }

  func run() {
    let resume: RunOptions.Resume =
      switch resume {
      case "auto": .automatic
      case "none": .none
      default: .file(resume)
      }
    let options = RunOptions(
      resume: resume, out: out, allowedChanges: allowChange, isDebug: debug, tracedSteps: trace)
    TrainingProgram(file: config, overrides: overrides, options: options, isDryRun: dryRun).main()
  }
}
