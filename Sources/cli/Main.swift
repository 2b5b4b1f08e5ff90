import ArgumentParser
import Commands
import Configuration
import Files
import Foundation
import Reporting

@main
struct DistTrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disttrain",
    abstract: "Trains deep convolutional GANs on CPU cores, in one process or as the ranks of an MPI job.",
    discussion: """
      disttrain CONFIG                    train in this process
      mpirun -np 8 disttrain CONFIG       train on 8 ranks, with the same result to the last bit
      disttrain-launch CONFIG             train on all cores of this machine, host file or Slurm allocation

      A run that is started again resumes from its last checkpoint.

      \(trainingOptions)
      """,
    version: "0.1.0",
    subcommands: [
      TrainCommand.self, GenerateCommand.self, InterpolateCommand.self, EvaluateCommand.self, ExportCommand.self,
      CheckpointCommand.self, DataCommand.self, SettingsCommand.self, BenchCommand.self,
    ],
    defaultSubcommand: TrainCommand.self)

  /// The options after CONFIG, as the help of the subcommand lists them.
  private static var trainingOptions: String {
    let help = TrainCommand.helpMessage(columns: 78)
    guard let start = help.range(of: "OPTIONS:\n"), let end = help.range(of: "\n  -h, --help") else { return "" }
    return "OPTIONS OF TRAINING:\n" + help[start.upperBound..<end.lowerBound]
  }

  /// Runs the subcommand that the arguments name; a mistake in them is reported once, on any number of ranks.
  static func main() {
    StandardStream.reserveDescriptors()
    ProgramFaults.install()
    if let slip = misspelling(in: Array(CommandLine.arguments.dropFirst())) { ProgramEnd.refuse(slip) }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      ProgramEnd.leaveSpeechToRank0(code.rawValue)
      if code.isSuccess { ProgramEnd.succeed(fullMessage(for: error)) }
      exit(withError: error)
    }
  }

  /// The message about a first word, or one behind `data`, that is no file and nearly a command: the default command
  /// would take it for its configuration.
  private static func misspelling(in arguments: [String]) -> String? {
    var (words, commands) = (arguments[...], configuration.subcommands)
    var path = ["disttrain"]
    while let word = words.first {
      if let command = commands.first(where: { $0._commandName == word }) {
        commands = command.configuration.subcommands
        path.append(word)
        words.removeFirst()
        continue
      }
      let names = commands.map { $0._commandName }
      guard !word.hasPrefix("-"), !FileManager.default.fileExists(atPath: expandingHome(word)),
        let near = nearest(to: word, among: names)
      else { return nil }
      return "found \(word), which is no command and no file, expected one of \(names.joined(separator: ", ")). "
        + "Did you mean \((path + [near]).joined(separator: " "))?"
    }
    return nil
  }
}
