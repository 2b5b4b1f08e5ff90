import Configuration
import Reporting

/// The settings that `--debug` adds.
extension TrainingProgram {
  /// Makes a run short if the configuration leaves its length open, and prints the length with the command
  /// that gives the same bits without the checks.
  func shortenForDebug(_ configuration: inout Configuration) throws {
    let given = try Configuration.keysSet(in: file, overrides: overrides)
    var filled: [String] = []
    if !given.contains("data.limit") {
      configuration.data.limit = max(64, configuration.train.batch)
      filled.append("data.limit=\(configuration.data.limit!)")
    }
    if !given.contains("train.steps") {
      configuration.train.steps = 3
      filled.append("train.steps=3")
    }
    if !given.contains("output.log.every") {
      configuration.output.log.every = .steps(1)
      filled.append("output.log.every=1")
    }
    let settings = (overrides + filled).map { " --set \($0)" }.joined()
    let ranks = configuration.train.shardCount(ranks: 1)
    let console = Console(isSpeaking: true)
    console.say(
      "debug: \(filled.isEmpty ? "nothing left open" : filled.joined(separator: ", ")); the same bits without checks:")
    console.say("  mpirun -np \(ranks) disttrain \(file)\(settings)")
  }
}
