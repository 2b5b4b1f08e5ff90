import Foundation
import Glibc
import MPI
import Reporting

/// Ends this rank with code 70 where the job does not come about: while ranks are still being started, mpirun may miss that
/// one of them has died, and the others wait for it in MPI's beginning, where no watchdog is yet.
package final class StartLimit: Sendable {
  private let hasStarted = DispatchSemaphore(value: 0)

  /// - Parameter seconds: from now until `end`; 0 for as long as it takes.
  package init(seconds: Double) {
    guard seconds > 0 else { return }
    let hasStarted = hasStarted
    besideTraining {
      guard hasStarted.wait(timeout: .now() + seconds) == .timedOut else { return }
      JobFailure.sayUnlessSaid(
        "error: the ranks have not come together within \(spoken(seconds: seconds)) (process \(getpid()) on "
          + "\(ProcessInfo.processInfo.hostName)): one may have died or hang. The job ends; start it again, or raise "
          + "watchdog where the start is only slow")
      _exit(ExitCode.internalError.rawValue)
    }
  }

  /// All ranks are there, and the watchdog hears them.
  package func end() { hasStarted.signal() }
}
