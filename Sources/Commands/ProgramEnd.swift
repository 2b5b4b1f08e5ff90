import Cluster
import Files
import Foundation
import MPI
import MachineFacts
import Reporting

/// How the programs end after an error: one message on any number of ranks, and its exit code.
package enum ProgramEnd {
  /// Runs `body` on every rank of an MPI job.
  static func onAllRanks<Result>(_ body: (borrowing Communicator) throws -> Result) -> Result {
    noteOnConnection()
    return withMPI { error in
      let shown = UserFacingError(error)
      return JobFailure(
        "error: \(shown.message)", exitCode: shown.code.rawValue,
        extent: error is AgreedError ? .everyRank : .thisRank)
    } _: { world in
      ignoreFileSizeSignal()
      requireConnection(connected: world.size)
      return try body(world)
    }
  }

  /// Ends every process, with one message, if they were started together and MPI does not connect them.
  ///
  /// - Parameter connected: the ranks of the job; 1 for a process without MPI.
  static func requireConnection(connected: Int) {
    let started = StartedProcesses.current
    guard let started, let refusal = ConnectedRanks.refusal(connected: connected, of: started, program: program) else {
      return
    }
    if started.number == 0 {
      StandardStream.errors.write("error: \(refusal.message)\n")
    } else {
      // Some launchers end all processes at the first exit code that is not 0: the message goes first.
      sleep(2)
    }
    exit(refusal.code.rawValue)
  }

  /// Before MPI begins, in a process that is to be a rank: what may keep it from connecting.
  private static func noteOnConnection() {
    let hasPMIx = getenv("PMIX_RANK") != nil
    let note = ConnectedRanks.note(on: .current, hasPMIx: hasPMIx, program: program)
    note.map(Console(isSpeaking: LaunchEnvironment.current.isFirst).note)
  }

  /// The command line, for advice.
  private static var program: String {
    (["disttrain"] + CommandLine.arguments.dropFirst()).joined(separator: " ")
  }

  /// Prints an error that every process has found before MPI began, from rank 0, and ends the process.
  static func fail(_ error: any Error) -> Never {
    let shown = UserFacingError(error)
    leaveSpeechToRank0(shown.code.rawValue)
    BottomLine.standard.end()
    StandardStream.errors.write("error: \(shown.message)\n")
    exit(shown.code.rawValue)
  }

  /// Prints a result that needs no work, such as help, and ends the process.
  package static func succeed(_ result: String) -> Never {
    do {
      StandardStream.output.write(result + "\n")
      try StandardStream.requireOutput()
      exit(ExitCode.done.rawValue)
    } catch {
      fail(error)
    }
  }

  /// Prints a mistake in the arguments, from rank 0, and ends the process.
  package static func refuse(_ message: String) -> Never { fail(UserFacingError(code: .usage, message: message)) }

  /// Ends every process but rank 0, before MPI begins: all have found the same error, and rank 0 prints it.
  package static func leaveSpeechToRank0(_ code: Int32) {
    guard !LaunchEnvironment.current.isFirst else { return }
    // mpirun ends the job at the first exit code that is not 0: rank 0's message goes first.
    if code != 0 { sleep(2) }
    exit(code)
  }
}
