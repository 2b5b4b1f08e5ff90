internal import CMPI
import Glibc

/// Runs `body` between MPI_Init_thread and MPI_Finalize with the communicator of all ranks. MPI 3.1 §8.7, §12.4.3.
///
/// The ranks are those that mpirun or srun starts; otherwise this process is a job of one. Call it once in a process,
/// on the main thread, which alone calls MPI (MPI_THREAD_FUNNELED).
///
/// An error thrown by `body` ends the process and the job. `failure` gives the message and the exit code, and says
/// whether every rank throws the error (all finalize and exit) or only this one (MPI_Abort, since the others would wait
/// for it forever). To stop on request, let all ranks return from `body` and then exit with the code, which becomes
/// mpirun's status too.
package func withMPI<Result>(
  orExit failure: (any Error) -> JobFailure, _ body: (borrowing Communicator) throws -> Result
) -> Result {
  let session: Session
  do throws(MPIError) { session = try Session() } catch {
    let failed = failure(error)
    JobFailure.say(failed.message)
    exit(failed.exitCode)
  }
  do {
    let result = try body(session.world)
    try Session.finalize()
    return result
  } catch {
    let failed = failure(error)
    switch failed.extent {
    case .everyRank:
      if session.world.isFirst { JobFailure.say(failed.message) }
      // The others exit only after the message is printed: mpirun ends the job at the first exit code other than 0.
      try? session.world.barrier()
      try? Session.finalize()
      exit(failed.exitCode)
    case .thisRank:
      failed.sayOnce(rank: session.world.rank, of: session.world.size)
      Session.abort(failed.exitCode)
    }
  }
}

/// MPI from its initialization to its end, once in a process (MPI 3.1 §8.7).
package struct Session: ~Copyable {
  /// All ranks of the job: MPI_COMM_WORLD.
  package let world: Communicator

  /// Initializes MPI; throws if its thread level is below MPI_THREAD_FUNNELED.
  init() throws(MPIError) {
    var given: Int32 = 0
    try SingletonEnvironment.around { () throws(MPIError) in
      try check("MPI_Init_thread", MPI_Init_thread(nil, nil, cmpi_thread_funneled(), &given))
    }
    guard given >= cmpi_thread_funneled() else {
      throw MPIError(
        operation: "MPI_Init_thread", code: given, errorClass: .other,
        message: """
          this MPI library gives thread level \(given), at least \(cmpi_thread_funneled()) (MPI_THREAD_FUNNELED) is \
          needed: install one built with thread support
          """)
    }
    world = try Communicator(cmpi_comm_world(), owned: false)
  }

  /// Ends MPI. Collective. Every request must have ended and every other communicator must be freed. MPI 3.1 §8.7.
  static func finalize() throws(MPIError) {
    guard isActive else { return }
    try check("MPI_Finalize", MPI_Finalize())
  }

  /// Whether MPI is initialized and not yet finalized. MPI 3.1 §8.7.
  package static var isActive: Bool {
    var initialized: Int32 = 0
    var finalized: Int32 = 0
    MPI_Initialized(&initialized)
    MPI_Finalized(&finalized)
    return initialized != 0 && finalized == 0
  }

  /// Ends the whole job at once; `code` (1 ... 255) becomes mpirun's exit status. MPI 3.1 §8.7.
  package static func abort(_ code: Int32) -> Never {
    fflush(nil)
    if isActive { MPI_Abort(cmpi_comm_world(), code) }
    exit(code)
  }

  /// This host's name as MPI knows it. MPI 3.1 §8.1.2.
  package static var processorName: String {
    text(capacity: cmpi_max_processor_name()) { MPI_Get_processor_name($0, $1) } ?? "unknown host"
  }
}
