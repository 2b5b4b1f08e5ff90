import Glibc
import Synchronization

/// The signal that asked the run to stop.
package enum StopRequest: Int32, Sendable, CaseIterable {
  /// The terminal closes.
  case hangUp = 1
  /// Ctrl-C.
  case interrupt = 2
  /// Sent by hand, by mpirun or by Slurm before it ends a job.
  case user1 = 10
  /// Sent by batch systems before they end a job, as USR1.
  case user2 = 12
  /// The usual request to end a process.
  case terminate = 15
  /// The limit of processor time is reached, and the hard limit, which kills, is near.
  case processorTime = 24

  package var name: String {
    switch self {
    case .hangUp: "SIGHUP"
    case .interrupt: "Ctrl-C"
    case .user1: "SIGUSR1"
    case .user2: "SIGUSR2"
    case .terminate: "SIGTERM"
    case .processorTime: "SIGXCPU"
    }
  }

  /// Whether the signal stays ignored in a process that was started so: by nohup, or by a shell in the background. TERM
  /// and USR1 always stop a run.
  fileprivate var mayStayIgnored: Bool { self != .user1 && self != .terminate }
}

/// The signals of `StopRequest` as a request, which training checks between two steps; a second Ctrl-C ends the process at
/// once. The signal handler uses only atomics, `signal` and `raise`.
package enum StopSignals {
  private static let requested = Atomic<Int32>(0)
  private static let interrupts = Atomic<Int32>(0)

  /// Blocks these signals until `install`. Must be called before other threads are started: these
  /// inherit the mask, and older ones would still receive the signals.
  package static func hold() {
    var held = all
    pthread_sigmask(SIG_BLOCK, &held, nil)
  }

  /// Catches these signals from now on, and ignores SIGPIPE: a closed output must not end a run.
  package static func install() {
    reset()  // touches both atomics, which must exist before a handler runs
    for request in caught {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in StopSignals.handle(number) }
      action.sa_flags = SA_RESTART
      sigaction(request.rawValue, &action, nil)
    }
    // Even if a parent process has blocked them: the run could not be stopped then.
    var held = all
    pthread_sigmask(SIG_UNBLOCK, &held, nil)
    signal(SIGPIPE, SIG_IGN)
  }

  /// The first request since `install`, if any. Costs one load.
  package static var request: StopRequest? { StopRequest(rawValue: requested.load(ordering: .relaxed)) }

  /// Forgets a request, so that another run in this process may begin.
  package static func reset() {
    requested.store(0, ordering: .relaxed)
    interrupts.store(0, ordering: .relaxed)
  }

  /// Without those that the process was started to ignore.
  private static var caught: [StopRequest] {
    StopRequest.allCases.filter { request in
      var action = sigaction()
      sigaction(request.rawValue, nil, &action)
      let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      return !request.mayStayIgnored || handler != unsafeBitCast(SIG_IGN, to: Int.self)
    }
  }

  private static var all: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for request in StopRequest.allCases { sigaddset(&signals, request.rawValue) }
    return signals
  }

  private static func handle(_ number: Int32) {
    _ = requested.compareExchange(expected: 0, desired: number, ordering: .relaxed)
    guard number == SIGINT, interrupts.add(1, ordering: .relaxed).oldValue > 0 else { return }
    signal(SIGINT, SIG_DFL)
    raise(SIGINT)  // is delivered when this handler returns
  }
}
