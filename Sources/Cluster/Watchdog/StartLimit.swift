import Foundation
import Glibc
import MPI
import Reporting

/// Ends this rank with code 70 if the ranks do not connect in time: while ranks are still being started, mpirun may
/// miss that one of them has died, and the others wait for it in `MPI_Init`, before the watchdog runs.
package final class StartLimit: Sendable {
  private let hasStarted = DispatchSemaphore(value: 0)
  /// Seconds.
  private static let tick = 0.25

  /// Time in which this process was stopped does not count, as in `WatchdogNode`.
  ///
  /// - Parameter seconds: from now until `end`; 0 for no limit.
  package init(seconds: Double) {
    guard seconds > 0 else { return }
    let hasStarted = hasStarted
    besideTraining {
      // By many short waits: after a stop, one of them alone is over early.
      for _ in 0..<Int(seconds / Self.tick) {
        guard hasStarted.wait(timeout: .now() + Self.tick) == .timedOut else { return }
      }
      JobFailure.sayUnlessSaid(
        "error: the ranks have not come together within \(spoken(seconds: seconds)) (process \(getpid()) on "
          + "\(ProcessInfo.processInfo.hostName)): one may have died or hang. The job ends; start it again, or raise "
          + "watchdog if the start is only slow")
      _exit(ExitCode.internalError.rawValue)
    }
  }

  /// Ends the limit: all ranks have connected to the watchdog.
  package func end() { hasStarted.signal() }
}
