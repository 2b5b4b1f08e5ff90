import Foundation
import MPI

/// How the programs end after an error: one message, whatever the number of ranks, and its exit code.
enum ProgramEnd {
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
    TrainingProgram.leaveSpeechToRank0(shown.code.rawValue)
    FileHandle.standardError.write(Data("error: \(shown.message)\n".utf8))
    exit(shown.code.rawValue)
  }
}
