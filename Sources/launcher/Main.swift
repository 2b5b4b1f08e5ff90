import ArgumentParser
import Foundation
import Hosts

@main
struct LaunchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disttrain-launch",
    abstract: "Run disttrain under mpirun as it should be run: here, on the hosts of a file, or in a Slurm job.",
    usage: "disttrain-launch [--hostfile F] [-np N] [--restarts K] [--print] CONFIG [option of disttrain] …",
    discussion: """
      Options of the launcher come before CONFIG; all that follows is passed to disttrain. Ctrl-C, TERM and USR1 make \
      the ranks write a checkpoint and stop (exit code 75); a second Ctrl-C stops at once. The exit code is the run's.
      """)

  @Option(help: ArgumentHelp("Hosts and their slots, in Open MPI's syntax; see hostfiles/.", valueName: "F"))
  var hostfile: String?

  @Option(
    name: .customLong("np", withSingleDash: true),
    help: ArgumentHelp("Number of ranks. Default: one for each core or slot.", valueName: "N"))
  var ranks: Int?

  @Option(help: ArgumentHelp("After a failure start again from the last checkpoint, K times at most.", valueName: "K"))
  var restarts = 0

  @Flag(help: "Print the command line and run nothing.")
  var print = false

  @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The run's configuration, and options of disttrain."))
  var config: [String] = []

  func run() throws {
    do {
      let code = try launch()
      if code != 0 { throw ExitCode(code) }
    } catch let error as LaunchError {
      Self.say("error: \(error)")
      throw ExitCode(64)
    }
  }

  private func launch() throws -> Int32 {
    if ["-h", "--help"].contains(config.first) { throw CleanExit.helpRequest() }
    guard restarts >= 0 else { throw LaunchError("found --restarts \(restarts), expected 0 or more") }
    let environment = ProcessInfo.processInfo.environment
    let arguments = try ProgramArguments(config)
    let plan = try LaunchPlan(
      .init(
        ranks: ranks, hostfile: try hostfile.map { ($0, try Hostfile(path: $0)) }, arguments: arguments,
        // What is wrong with it disttrain says.
        configuration: arguments.train ? (try? TextFile(arguments.words[0], expected: "a configuration"))?.text : nil),
      executable: try Executables.disttrain(environment: environment), machine: .current, environment: environment)
    for remark in plan.remarks { Self.say(remark) }
    if print {
      Swift.print(CommandText.line(["mpirun"] + plan.options + plan.program, variables: plan.variables))
      return 0
    }
    let command = [try Executables.mpirun(environment: environment)] + plan.options + plan.program
    let variables = plan.variables.merging(["DISTTRAIN_LAUNCHER": "1"]) { $1 }
    return try Self.supervise(command, environment.merging(variables) { $1 }, restarts: restarts)
  }

  /// Runs `command`, again after a failure that a new start from the last checkpoint may mend.
  private static func supervise(_ command: [String], _ environment: [String: String], restarts: Int) throws -> Int32 {
    // Done; a mistake in the configuration or the data, the same each time; stopped on request.
    let final: Set<Int32> = [0, 64, 65, 75]
    var supervisor = Supervisor(say: say)
    var attempt = 0
    while true {
      let code = try supervisor.run(command, environment: environment)
      if final.contains(code) || supervisor.wasAskedToStop || attempt >= restarts { return code }
      attempt += 1
      say("the run ended with code \(code): start \(attempt) of \(restarts) from its last checkpoint")
    }
  }

  private static func say(_ text: String) {
    FileHandle.standardError.write(Data("disttrain-launch: \(text)\n".utf8))
  }
}
