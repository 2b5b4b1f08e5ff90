import Cluster
import Files
import Foundation
import MPI
import Reporting

/// How the programs end after an error: one message on any number of ranks, and its exit code.
package enum ProgramEnd {
  /// Runs `body` on every rank of an MPI job.
  static func onAllRanks<Result>(_ body: (borrowing Communicator) throws -> Result) -> Result {
    withMPI { error in
      let shown = UserFacingError(error)
      return JobFailure(
        "error: \(shown.message)", exitCode: shown.code.rawValue,
        extent: error is AgreedError ? .everyRank : .thisRank)
    } _: { world in
      try body(world)
    }
  }

  /// Prints an error that every process has found before MPI began, from rank 0, and ends the process.
  static func fail(_ error: any Error) -> Never {
    let shown = UserFacingError(error)
    leaveSpeechToRank0(shown.code.rawValue)
    StandardStream.errors.write("error: \(shown.message)\n")
    exit(shown.code.rawValue)
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
