import Glibc

/// MPI for a whole process instead of a scope. For test bundles: no scope of their runner spans all tests.
///
/// Starts at first use and finalizes at exit. On the main actor, since only the main thread may call MPI
/// (MPI_THREAD_FUNNELED).
@MainActor
package enum SharedSession {
  private static let session: Session = start()

  /// Runs `body` with the communicator of all ranks.
  package static func withWorld<Result>(_ body: (borrowing Communicator) throws -> Result) throws -> Result {
    try body(session.world)
  }

  private static func start() -> Session {
    do throws(MPIError) {
      let session = try Session()
      atexit(finalizeAtExit)
      return session
    } catch {
      JobFailure.say("\(error)")
      exit(70)
    }
  }
}

/// Not on the main actor: the runner may exit on any thread, after the last test's last call.
private func finalizeAtExit() {
  try? Session.finalize()
}
