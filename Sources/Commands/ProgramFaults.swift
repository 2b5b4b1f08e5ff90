import DistTrain
import Files
import Glibc
import MPI
import Numerics
import Reporting

/// The end of the program if the system refuses it memory or a thread, or if it makes a fault: one message, and code 70.
package enum ProgramFaults {
  /// The signals of a fault. A failed allocation of Swift ends by one of them, too.
  private static let signals = [
    (SIGILL, "SIGILL"), (SIGTRAP, "SIGTRAP"), (SIGABRT, "SIGABRT"), (SIGBUS, "SIGBUS"), (SIGFPE, "SIGFPE"),
    (SIGSEGV, "SIGSEGV"),
  ]
  /// The message for each signal, by its number. Filled before any handler is set, and stays allocated.
  nonisolated(unsafe) private static let messages: UnsafeMutablePointer<UnsafeRawBufferPointer?> = {
    let messages = UnsafeMutablePointer<UnsafeRawBufferPointer?>.allocate(capacity: 65)
    messages.initialize(repeating: nil, count: 65)
    return messages
  }()

  /// Must be called before anything is planned.
  package static func install() {
    Shortage.ends(by: end)
    // Open MPI's start has files, too, and mpirun may hang if they fail and the rank ends by itself: see `onAllRanks`.
    if !LaunchEnvironment.current.launchedByMPI { ignoreFileSizeSignal() }
    // Somebody looks for the fault.
    if getenv("SWIFT_BACKTRACE").map({ String(cString: $0).contains("enable=yes") }) == true { return }
    for (number, name) in signals { messages[Int(number)] = bytes(of: message(name)) }
    // A stack that has overflowed has no room for the handler.
    let size = 1 << 16
    var stack = stack_t(
      ss_sp: UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16), ss_flags: 0, ss_size: size)
    sigaltstack(&stack, nil)
    for (number, _) in signals {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in ProgramFaults.handle(number) }
      action.sa_flags = SA_ONSTACK
      sigaction(number, &action, nil)
    }
  }

  /// Ends the job for lack of something.
  private static func end(_ reason: String) -> Never {
    let launch = LaunchEnvironment.current
    let place = if let rank = launch.rank, let size = launch.size, size > 1 { " (rank \(rank) of \(size))" } else { "" }
    JobFailure.sayUnlessSaid(
      "error: \(reason)\(place). Use a smaller train.batch or narrower networks, give the images to more ranks on more "
        + "hosts, or raise the limit\(limit.map { ": ulimit -v allows \($0)" } ?? "").")
    Session.abort(ExitCode.internalError.rawValue)
  }

  /// The limit of this process's addresses; nil if there is none.
  private static var limit: String? { ProcessMemory.addressLimit.map(ProcessMemory.megabytes) }

  private static func message(_ signal: String) -> String {
    StandardStream.errors.freshLine + "error: the program has made a fault (\(signal))"
      + (limit.map { ", perhaps for lack of memory: ulimit -v allows it \($0)" } ?? "")
      + ". Please report it, with what SWIFT_BACKTRACE=enable=yes in the environment shows.\n"
  }

  private static func bytes(of text: String) -> UnsafeRawBufferPointer {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
    bytes.copyBytes(from: text.utf8)
    return UnsafeRawBufferPointer(bytes)
  }

  /// Uses only what a signal handler may (signal-safety(7)).
  private static func handle(_ number: Int32) {
    if let message = messages[Int(number)] { StandardStream.errors.writeInHandler(message) }
    _exit(ExitCode.internalError.rawValue)
  }
}
