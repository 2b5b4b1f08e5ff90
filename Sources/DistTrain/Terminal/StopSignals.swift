import Glibc
import Synchronization

/// Which signal asked the run to stop.
package enum StopRequest: Int32, Sendable, CaseIterable {
  /// Ctrl-C.
  case interrupt = 2
  /// Sent by hand, by mpirun or by Slurm before it ends a job.
  case user1 = 10
  /// The polite end of a process.
  case terminate = 15

  package var name: String {
    switch self {
    case .interrupt: "Ctrl-C"
    case .user1: "SIGUSR1"
    case .terminate: "SIGTERM"
    }
  }
}

/// Ctrl-C, TERM and USR1 as a request, which training looks at between two steps; a second Ctrl-C ends the process at
/// once. A signal handler may do little: ours touch atomics, and send the signal on to another thread.
package enum StopSignals {
  private static let requested = Atomic<Int32>(0)
  private static let interrupts = Atomic<Int32>(0)

  /// The thread that `hold` lets signals wait for.
  private static let holder = Atomic<UInt>(0)

  /// Keeps the three signals waiting for this thread, also while the process starts itself anew, until `install` or its
  /// end.
  package static func hold() {
    holder.store(UInt(pthread_self()), ordering: .relaxed)  // which must exist before a handler runs
    var held = all
    pthread_sigmask(SIG_BLOCK, &held, nil)
    // Threads that were there before, such as OpenBLAS's, still take what is sent to the process, and pass it on. What
    // waits for a thread is still there after exec, other than what a handler has seen.
    catchAll { number in _ = pthread_kill(pthread_t(StopSignals.holder.load(ordering: .relaxed)), number) }
  }

  private static func catchAll(_ handler: @escaping @convention(c) (Int32) -> Void) {
    for request in StopRequest.allCases {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = handler
      action.sa_flags = SA_RESTART
      sigaction(request.rawValue, &action, nil)
    }
  }

  /// Catches the three signals from now on, and ignores SIGPIPE: a reader of our output that goes away is no reason to
  /// lose a run.
  package static func install() {
    reset()  // touches both atomics, which must exist before a handler runs
    catchAll { number in StopSignals.handle(number) }
    // Also where a parent has started us with them blocked: the run could then not be stopped.
    var caught = all
    pthread_sigmask(SIG_UNBLOCK, &caught, nil)
    signal(SIGPIPE, SIG_IGN)
  }

  /// The first request since `install`, if any. Costs one load.
  package static var request: StopRequest? { StopRequest(rawValue: requested.load(ordering: .relaxed)) }

  /// Forgets a request, so that another run in this process may begin.
  package static func reset() {
    requested.store(0, ordering: .relaxed)
    interrupts.store(0, ordering: .relaxed)
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
