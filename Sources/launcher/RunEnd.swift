import Glibc

/// How a run ended: the launcher's exit code, which is one of disttrain's, and why, if mpirun gave another.
package struct RunEnd: Equatable {
  package let code: Int32
  /// nil for a code of disttrain, which has said why.
  package let explanation: String?

  /// disttrain's own codes (README, "Stopping, failing, continuing").
  private static let own: Set<Int32> = [0, 64, 65, 70, 74, 75]

  /// - Parameters:
  ///   - code: mpirun's exit code, or 128 + the signal that ended it. mpirun returns the code of the first rank that ended
  ///     with another than 0, for a signal 128 + its number, too.
  ///   - signal: of a request that ended the run without a checkpoint; nil if there was none.
  package init(_ code: Int32, stoppedBy signal: Int32? = nil) {
    if let signal, !Self.own.contains(code) {
      // What a shell shows for a program that the signal ends.
      (self.code, explanation) = (128 + signal, nil)
    } else if Self.own.contains(code) {
      (self.code, explanation) = (code, nil)
    } else if let name = Self.names[code - 128] {
      (self.code, explanation) = (
        code - 128 == SIGXFSZ ? 74 : 70,
        "a rank, or mpirun, was ended by \(name)\(Self.causes[code - 128].map { ": \($0)" } ?? "")"
      )
    } else {
      (self.code, explanation) = (
        70, "mpirun ended with code \(code), which is its own: its message, if there is one, is above"
      )
    }
  }

  private static let names: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT",
    SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2",
    SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
    SIGSYS: "SIGSYS",
  ]

  private static let causes: [Int32: String] = [
    SIGKILL: "by hand, by a batch system, or by the kernel for want of memory (dmesg tells)",
    SIGBUS: "a file of shared memory that could not grow, as if TMPDIR or /dev/shm is full",
    SIGXFSZ: "a file exceeded the limit of this shell: raise it (ulimit -f)",
    SIGXCPU: "the limit of CPU time is used up (ulimit -t)",
    SIGILL: "a check in the program failed, or this CPU lacks an instruction; please report what it printed",
    SIGTRAP: "a check in the program failed; please report what it printed",
    SIGABRT: "a check in a library failed; please report what it printed",
    SIGSEGV: "an error in the program or a library; please report what it printed",
    SIGSYS: "a filter of system calls (seccomp) forbids what it needs",
  ]
}
