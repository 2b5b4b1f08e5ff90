import ArgumentParser
import Files
import Foundation
import Hosts
import MachineFacts

@main
struct LaunchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disttrain-launch",
    abstract: "Run disttrain under mpirun with fitting options: here, on the hosts of a file, or in a batch job.",
    usage: "disttrain-launch [--hostfile F] [-np N] [--restarts K] [--print] CONFIG [option of disttrain] …",
    discussion: """
      Options of the launcher come before CONFIG; all that follows is passed to disttrain. Ctrl-C, TERM, USR1, USR2, \
      XCPU and a terminal that closes make the ranks write a checkpoint and stop (exit code 75); a second Ctrl-C stops at \
      once (130, or 143 for TERM). Under nohup the run outlives its terminal. Ctrl-Z suspends the ranks, too. The exit code \
      is the run's: 0, 64, 65, 70, 74 or 75. If a rank is killed, or mpirun fails, it is 70, and a line says what happened.

      F may also have host:2 for "host slots=2", node[1-3] for three hosts, and a host once for each of its slots.

      With --restarts a failed run continues from its last checkpoint, on those hosts of F that still answer and with \
      at most one rank for each of their slots.
      """)

  @Option(help: ArgumentHelp("Hosts and their slots, in Open MPI's syntax; see hostfiles/.", valueName: "F"))
  var hostfile: String?

  @Option(
    name: .customLong("np", withSingleDash: true),
    help: ArgumentHelp(
      "Number of ranks; also --np, -n, -np=N. Default: one for each core, slot or Slurm task.", valueName: "N"))
  var ranks: Int?

  @Option(help: ArgumentHelp("After a failure start again from the last checkpoint, at most K times.", valueName: "K"))
  var restarts = 0

  @Flag(help: "Print the command line and run nothing.")
  var print = false

  @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The run's configuration, and options of disttrain."))
  var config: [String] = []

  /// As the default, but `-np2` is understood, and help that cannot be written is an error.
  static func main() {
    StandardStream.reserveDescriptors()
    ignoreFileSizeSignal()
    do {
      var command = try parseAsRoot(RankOptions.normalized(Array(CommandLine.arguments.dropFirst())))
      try command.run()
    } catch  where exitCode(for: error).isSuccess {
      StandardStream.output.write(fullMessage(for: error) + "\n")
      do { try StandardStream.requireOutput() } catch {
        say("error: \(error)")
        exit(withError: ExitCode(74))
      }
      exit(withError: ExitCode.success)
    } catch {
      exit(withError: error)
    }
  }

  func run() throws {
    // A reader of the messages who leaves must not end the launcher before its ranks.
    signal(SIGPIPE, SIG_IGN)
    do {
      let code = try launch()
      if code != 0 { throw ExitCode(code) }
    } catch let error as LaunchError {
      Self.say("error: \(error)")
      throw ExitCode(64)
    } catch let error as FileError {
      Self.say("error: \(error)")
      throw ExitCode(74)
    }
  }

  private func launch() throws -> Int32 {
    if ["-h", "--help"].contains(config.first) { throw CleanExit.helpRequest() }
    guard restarts >= 0 else { throw LaunchError("found --restarts \(restarts), expected 0 or more") }
    let environment = ProcessInfo.processInfo.environment
    try Self.requireAlone()
    let arguments = try ProgramArguments(config)
    let written = WrittenHostfile()
    defer { withExtendedLifetime(written) {} }
    let request = LaunchPlan.Request(
      ranks: ranks, hostfile: try hostfile.map { try Self.hosts($0, written) }, arguments: arguments,
      // What is wrong with it disttrain says.
      configuration: arguments.train ? (try? TextFile(arguments.words[0], expected: "a configuration"))?.text : nil)
    let plan = try Self.plan(request, environment)
    if print {
      // The printed command needs it.
      written.keep()
      let line = CommandText.line(["mpirun"] + plan.options + plan.program, variables: plan.variables)
      StandardStream.output.write(line + "\n")
      try StandardStream.requireOutput()
      return 0
    }
    return try Self.supervise(request, plan, environment, written, restarts: restarts)
  }

  /// The launcher starts the ranks: several launchers would start the run several times, and mpirun does not work within
  /// itself.
  private static func requireAlone() throws(LaunchError) {
    guard let started = StartedProcesses.current, started.count > 1 || started.launcher == .mpirun else { return }
    if started.number > 0 {
      // Some launchers end all processes at the first exit code that is not 0: the message goes first.
      sleep(2)
      Foundation.exit(64)
    }
    throw LaunchError(
      "found \(quantity(started.count, "process", plural: "processes")) of disttrain-launch, started by "
        + "\(started.launcher.rawValue), expected one, which starts the ranks itself: disttrain-launch -np "
        + "\(started.count) CONFIG, without \(started.launcher.rawValue)")
  }

  /// The hosts of a file, and the path of a file with the same hosts that mpirun can read.
  private static func hosts(_ path: String, _ written: WrittenHostfile) throws -> (path: String, content: Hostfile) {
    let path = Hostfile.path(path)
    let hosts = try Hostfile(path: path, aliases: LocalNames.all(of: .current))
    if hosts.isPlain { return (path, hosts) }
    let other = try written.write(hosts)
    say("hostfile: \(path), as \(other) in the syntax that mpirun reads")
    return (other, hosts)
  }

  private static func plan(_ request: LaunchPlan.Request, _ environment: [String: String]) throws -> LaunchPlan {
    let plan = try LaunchPlan(
      request, executable: try Executables.disttrain(environment: environment), machine: .current,
      environment: environment, copy: .current)
    for remark in plan.remarks { say(remark) }
    return plan
  }

  /// Runs the plan. After a failure that may not occur again, starts again from the last checkpoint on the remaining
  /// hosts: the result is the same on any number of ranks.
  private static func supervise(
    _ request: LaunchPlan.Request, _ plan: LaunchPlan, _ environment: [String: String], _ written: WrittenHostfile,
    restarts: Int
  ) throws -> Int32 {
    if let limit = fileSizeLimit, limit < openMPIsFiles {
      say(
        "error: a file may have \(limit) bytes (ulimit -f), but those that Open MPI's ranks share have "
          + "\(openMPIsFiles): raise the limit")
      return 74
    }
    // Success; an error in the configuration or the data, which would occur again; stopped on request.
    let final: Set<Int32> = [0, 64, 65, 75]
    let mpirun = try Executables.mpirun(environment: environment)
    var (request, plan) = (request, plan)
    var supervisor = Supervisor(say: say)
    var attempt = 0
    while true {
      let variables = plan.variables.merging(["DISTTRAIN_LAUNCHER": "1"]) { $1 }
      let status = try supervisor.run(
        [mpirun] + plan.options + plan.program, environment: environment.merging(variables) { $1 },
        isHere: plan.isHere)
      let code = end(of: status, supervisor, environment)
      if final.contains(code) || supervisor.wasAskedToStop || attempt >= restarts { return code }
      attempt += 1
      say("the run ended with code \(code): start \(attempt) of \(restarts) from its last checkpoint")
      if let (path, hostfile) = request.hostfile {
        let silent = HostProbe(environment: environment, machine: .current).silentHosts(of: hostfile)
        guard let rest = hostfile.without(silent) else {
          say("no host of \(path) answers: \(silent.sorted().joined(separator: ", "))")
          return code
        }
        if !silent.isEmpty {
          say("without \(silent.sorted().joined(separator: ", ")), which do not answer")
          request.hostfile = (try written.write(rest), rest)
          request.ranks = request.ranks.map { asked in rest.slots.map { min(asked, $0) } ?? asked }
          plan = try Self.plan(request, environment)
        }
      }
    }
  }

  /// The exit code for a run that ended, which it explains.
  private static func end(of status: Int32?, _ supervisor: Supervisor, _ environment: [String: String]) -> Int32 {
    guard let status else {
      say(
        "mpirun did not end \(Int(ChildWatch.patience)) s after its last rank, and was ended. Most often its folder for "
          + "shared files is full: \(SessionFolder(environment: environment).report). Start it again, with TMPDIR set to a "
          + "folder with more room if that is little")
      return 70
    }
    let end = RunEnd(status, stoppedBy: supervisor.endedBy)
    if let explanation = end.explanation { say(explanation) }
    return end.code
  }

  /// btl_vader_segment_size of Open MPI 4.1, and the pages in front. If such a file fails, mpirun may hang.
  private static let openMPIsFiles = (4 << 20) + (1 << 16)

  private static func say(_ text: String) {
    // Rank 0 may have drawn its progress bar there.
    StandardStream.errors.write("\(StandardStream.errors.freshLine)disttrain-launch: \(text)\n")
  }
}
