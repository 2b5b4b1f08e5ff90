import Cluster
import Foundation
import MPI
import Numerics
import Reporting

/// The common parts of the programs that run a trained model: one process, all cores, one message on failure.
enum GenerationEnd {
  /// Runs `body` and ends the process. Under mpirun rank 0 does all of it.
  static func run(_ body: (Kernels, Threads) throws -> Void) -> Never {
    // The result is in files: a reader of the messages who leaves must not end it half done.
    signal(SIGPIPE, SIG_IGN)
    do {
      let set = try InstructionSet.chosen()
      guard LaunchEnvironment.current.isFirst else { exit(ExitCode.done.rawValue) }
      let threads = Threads(count: ThreadCount.resolve(.automatic))
      try body(Kernels(set), threads)
      exit(ExitCode.done.rawValue)
    } catch {
      ProgramEnd.fail(error)
    }
  }
}
