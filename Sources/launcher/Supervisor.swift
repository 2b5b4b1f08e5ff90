import Files
import Foundation
import Hosts
import Processes

/// Runs one command to its end and translates signals for disttrain.
///
/// The command gets its own process group, so that the terminal's keys reach only the launcher: mpirun would kill its
/// ranks 2 s after Ctrl-C, with no time for a checkpoint. What asks a process to end is sent as USR1, which mpirun passes
/// to every rank: it writes a checkpoint and exits with 75. A second INT or TERM is sent as TERM, and QUIT at once.
/// A second HUP is not: when a terminal closes, both the kernel and the shell send one.
package struct Supervisor {
  /// The signals that ask the run to stop.
  private static let requests = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU]
  /// Those that always do. nohup, or a shell without job control, makes a command ignore others, and they stay ignored.
  private static let neverIgnored = [SIGTERM, SIGUSR1]

  /// Whether a signal has asked the run to stop.
  package private(set) var wasAskedToStop = false
  /// The signal that ended the run without a checkpoint.
  package private(set) var endedBy: Int32?
  private var wasToldToStop = false
  private var isSuspended = false
  private let watched: [Int32]
  private let say: (String) -> Void
  private let patience: Double

  /// - Parameter patience: seconds for which mpirun may go on without ranks.
  package init(patience: Double = ChildWatch.patience, say: @escaping (String) -> Void) {
    self.say = say
    self.patience = patience
    let chosen = (Self.requests + [SIGQUIT, SIGTSTP]).filter { Self.neverIgnored.contains($0) || !Self.isIgnored($0) }
    watched = chosen + [SIGCONT, SIGCHLD]
  }

  /// Runs `command` (a path and its arguments); returns its exit code, or 128 + the signal that ended it, or nil if it
  /// hung and was ended.
  ///
  /// - Parameter isHere: whether its ranks are its children, so that it hangs if it goes on without them. Daemons on
  ///   other hosts are not.
  package mutating func run(
    _ command: [String], environment: [String: String], isHere: Bool
  ) throws(LaunchError) -> Int32? {
    var signals = Self.set(watched)
    var previous = sigset_t()
    // If it were ignored, the kernel would forget the child's exit code.
    signal(SIGCHLD, SIG_DFL)
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
    var watch = ChildWatch(child, patience: patience)
    while true {
      var second = timespec(tv_sec: 1, tv_nsec: 0)
      let signal = sigtimedwait(&signals, nil, &second)
      if isHere, !isSuspended, watch.hangs() { return endHanging(child) }
      switch signal {
      // Another thread may have taken the child's signal.
      case -1: if let code = child.status() { return code }
      case SIGCHLD: if let code = child.status() { return code }
      case SIGTSTP: suspend(child)
      case SIGCONT: resume(child)
      case SIGQUIT: end(child, signal)
      case SIGINT where wasToldToStop, SIGTERM where wasToldToStop: end(child, signal)
      default: stop(child, signal)
      }
    }
  }

  // Signals are passed on before anything is said: a terminal that does not take the message must not delay them.

  private mutating func stop(_ child: ChildProcess, _ signal: Int32) {
    // mpirun says that it passes a signal on.
    StandardStream.errors.beginLineIfReady()
    child.send(SIGUSR1)
    // Stopped ranks could not write their checkpoint.
    if isSuspended { resume(child) }
    wasAskedToStop = true
    if signal == SIGINT || signal == SIGTERM { wasToldToStop = true }
    say("stopping: the ranks write a checkpoint first (Ctrl-C once more to stop without)")
  }

  private mutating func end(_ child: ChildProcess, _ signal: Int32) {
    child.send(SIGTERM)
    wasAskedToStop = true
    endedBy = signal
    say("stopping now; the last checkpoint stands")
  }

  /// Ends mpirun, which has no ranks left, first so that it can remove its files.
  private func endHanging(_ child: ChildProcess) -> Int32? {
    // It may have ended at this moment.
    if let code = child.status() { return code }
    child.send(SIGTERM)
    for _ in 0..<30 {
      usleep(100_000)
      if child.status() != nil { return nil }
    }
    child.send(SIGKILL)
    _ = child.wait()
    return nil
  }

  /// Stops the ranks, by mpirun, and then this process, as the shell expects of Ctrl-Z.
  private mutating func suspend(_ child: ChildProcess) {
    child.send(SIGTSTP)
    isSuspended = true
    var stop = Self.set([SIGTSTP])
    raise(SIGTSTP)
    // Stops here. Without a shell that could continue it (POSIX 2018, XBD 3.263), the process is not stopped.
    pthread_sigmask(SIG_UNBLOCK, &stop, nil)
    pthread_sigmask(SIG_BLOCK, &stop, nil)
  }

  private mutating func resume(_ child: ChildProcess) {
    child.send(SIGCONT)
    isSuspended = false
  }

  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    return sigaction(signal, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func set(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}
