import Foundation
import Reporting
import TestSupport
import Testing

/// The programs under test, which the package manager builds beside the test bundle.
enum Program {
  static let path = built("disttrain")
  static let launcher = built("disttrain-launch")

  private static func built(_ name: String) -> String {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent(name).path
  }

  /// This process's environment, without what chooses kernels or folders, and with `changes`.
  static func environment(_ changes: [String: String], home: String) -> [String: String] {
    var environment = initialEnvironment
    for name in ["OPENBLAS_CORETYPE", "DISTTRAIN_ISA"] { environment[name] = nil }
    environment["XDG_CACHE_HOME"] = home + "/cache"
    environment["SWIFT_BACKTRACE"] = "enable=no"
    if getuid() == 0 {
      environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    }
    return environment.merging(changes) { $1 }
  }

  /// The instruction sets that this CPU has, as the kernel names them.
  static let processorFlags: Set<Substring> = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
    return Set(line.split(separator: " "))
  }()
}

/// How a run of the program ended.
struct Outcome {
  /// The exit code, or 128 + the signal.
  let code: Int32
  let output: String
  let errors: String
  let seconds: Double

  /// The messages that a user would read: lines that begin with "error:".
  var messages: [Substring] {
    (output + "\n" + errors).split(separator: "\n").filter { $0.lowercased().hasPrefix("error:") }
  }

  /// Everything, for the report of a failed test.
  var text: String { "exit code \(code) after \(seconds) s\n\(output)\n\(errors)" }
}

/// A started program. It is killed when it takes longer than its time.
final class RunningProgram: Sendable {
  private let process = Process()
  private let place: String
  private let start = ContinuousClock.now
  private let hasEnded = DispatchSemaphore(value: 0)
  private let timeout: Double

  /// - Parameter command: a program, found in PATH or by its path, and its arguments.
  init(_ command: [String], environment: [String: String], in folder: String, timeout: Double) throws {
    place = folder + "/process-" + UUID().uuidString
    self.timeout = timeout
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Ignored signals stay ignored in the programs, and tests in the background ignore Ctrl-C.
    process.arguments = ["--default-signal=HUP,INT"] + command
    process.environment = Program.environment(environment, home: folder)
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    for (suffix, isError) in [(".output", false), (".errors", true)] {
      _ = FileManager.default.createFile(atPath: place + suffix, contents: nil)
      let handle = FileHandle(forWritingAtPath: place + suffix)
      if isError { process.standardError = handle } else { process.standardOutput = handle }
    }
    let hasEnded = hasEnded
    process.terminationHandler = { _ in hasEnded.signal() }
    // The threads that run tests block signals, and a child inherits that.
    var (none, own) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &own)
    defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
    try process.run()
  }

  /// What it has printed to standard output by now.
  var output: String { Self.text(place + ".output") }

  /// What it has printed to standard error by now.
  var errors: String { Self.text(place + ".errors") }

  /// The started process; of several ranks, mpirun.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// The oldest process that it has started and that lives.
  var firstChild: pid_t? {
    let parent = process.processIdentifier
    let children = try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
    return children?.split(separator: " ").first.flatMap { pid_t($0) }
  }

  /// Waits until `condition` holds; false where the program ends before, or takes too long.
  func waits(until condition: @Sendable () -> Bool) async throws -> Bool {
    while !condition() {
      guard process.isRunning, (ContinuousClock.now - start) / .seconds(1) < timeout else { return condition() }
      try await Task.sleep(for: .milliseconds(5))
    }
    return true
  }

  /// Waits for the end.
  func outcome() async -> Outcome {
    let isInTime = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [self] in
        let isInTime = hasEnded.wait(timeout: .now() + timeout) == .success
        if !isInTime {
          process.terminate()
          if hasEnded.wait(timeout: .now() + 5) == .timedOut { kill(process.processIdentifier, SIGKILL) }
        }
        continuation.resume(returning: isInTime)
      }
    }
    if !isInTime { Issue.record("\(process.arguments ?? []) takes longer than \(timeout) s:\n\(output)\n\(errors)") }
    process.waitUntilExit()
    let code = process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
    return Outcome(
      code: code, output: output, errors: errors,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
