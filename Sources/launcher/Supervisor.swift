import Foundation
import Hosts
import Processes

/// Runs one command to its end and translates signals for disttrain.
///
/// The command gets its own process group, so that the terminal's Ctrl-C reaches only the launcher: mpirun would kill
/// its ranks 2 s after Ctrl-C, with no time for a checkpoint. INT, TERM, HUP and USR1 are sent as USR1, which mpirun
/// passes to every rank: it writes a checkpoint and exits with 75. A second INT, TERM or HUP is sent as TERM.
package struct Supervisor {
  private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD]

  /// Whether a signal has asked the run to stop.
  package private(set) var wasAskedToStop = false
  private let say: (String) -> Void

  package init(say: @escaping (String) -> Void) { self.say = say }

  /// Runs `command` (a path and its arguments); returns its exit code, or 128 + the signal that ended it.
  package mutating func run(_ command: [String], environment: [String: String]) throws(LaunchError) -> Int32 {
    var signals = sigset_t()
    var previous = sigset_t()
    sigemptyset(&signals)
    for signal in Self.watched { sigaddset(&signals, signal) }
    // Blocked before the child exists, so that no signal is lost between its start and the first wait.
    pthread_sigmask(SIG_BLOCK, &signals, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
    let child: ChildProcess
    do throws(StartError) {
      // Without input: a background process group that reads from the terminal would be stopped.
      child = try ChildProcess(command[0], Array(command.dropFirst()), environment: environment, hasOwnGroup: true)
    } catch {
      throw LaunchError("\(error.path) does not start: \(error.reason)")
    }
    while true {
      var signal: Int32 = 0
      guard sigwait(&signals, &signal) == 0 else { continue }
      if signal == SIGCHLD {
        if let code = child.status() { return code }
      } else {
        pass(signal, to: child)
      }
    }
  }

  private mutating func pass(_ signal: Int32, to child: ChildProcess) {
    if wasAskedToStop && signal != SIGUSR1 {
      say("stopping now; the last checkpoint stands")
      child.send(SIGTERM)
    } else {
      say("stopping: the ranks write a checkpoint first (once more to stop without)")
      child.send(SIGUSR1)
    }
    wasAskedToStop = true
  }
}
