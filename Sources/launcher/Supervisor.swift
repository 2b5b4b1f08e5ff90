import Foundation
import Hosts

/// Runs one command to its end and passes signals on as disttrain understands them.
///
/// The command gets a process group of its own, so that the terminal's Ctrl-C reaches only the launcher: mpirun would
/// kill its ranks 2 s after it, with no time for a checkpoint. INT, TERM, HUP and USR1 become USR1, which mpirun hands to
/// every rank: checkpoint, then exit 75. A second INT, TERM or HUP is sent as TERM.
package struct Supervisor {
  private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD]

  /// Whether somebody asked the run to stop.
  package private(set) var wasAskedToStop = false
  private let say: (String) -> Void

  package init(say: @escaping (String) -> Void) { self.say = say }

  /// Runs `command` (a path and its arguments); returns its exit code, or 128 + the signal that ended it.
  package mutating func run(_ command: [String], environment: [String: String]) throws(LaunchError) -> Int32 {
    var signals = sigset_t()
    var previous = sigset_t()
    sigemptyset(&signals)
    for signal in Self.watched { sigaddset(&signals, signal) }
    // Blocked before the child exists, so that none is lost between its start and the first wait.
    pthread_sigmask(SIG_BLOCK, &signals, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
    let child = try Self.spawn(command, environment: environment, resetting: signals)
    while true {
      var signal: Int32 = 0
      guard sigwait(&signals, &signal) == 0 else { continue }
      if signal == SIGCHLD {
        if let code = Self.exitCode(of: child) { return code }
      } else {
        pass(signal, to: child)
      }
    }
  }

  private mutating func pass(_ signal: Int32, to child: pid_t) {
    if wasAskedToStop && signal != SIGUSR1 {
      say("stopping now; the last checkpoint stands")
      kill(child, SIGTERM)
    } else {
      say("stopping: the ranks write a checkpoint first (once more to stop without)")
      kill(child, SIGUSR1)
    }
    wasAskedToStop = true
  }

  private static func exitCode(of child: pid_t) -> Int32? {
    var status: Int32 = 0
    guard waitpid(child, &status, WNOHANG) == child else { return nil }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  private static func spawn(_ command: [String], environment: [String: String], resetting signals: sigset_t)
    throws(LaunchError) -> pid_t
  {
    var attributes = posix_spawnattr_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawnattr_init(&attributes)
    posix_spawn_file_actions_init(&actions)
    defer {
      posix_spawnattr_destroy(&attributes)
      posix_spawn_file_actions_destroy(&actions)
    }
    var signals = signals
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    // A process outside the terminal's foreground group that reads from it is stopped.
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)

    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in arguments + variables { free(word) } }
    var child: pid_t = 0
    let error = posix_spawn(&child, command[0], &actions, &attributes, &arguments, &variables)
    guard error == 0 else {
      throw LaunchError("\(command[0]) does not start: \(String(cString: strerror(error)))")
    }
    return child
  }
}
