import Foundation
import Testing

/// What some machines do not let tests do. A test that needs it is skipped there, and counted as such.
extension Trait where Self == ConditionTrait {
  /// strace follows processes, and makes their system calls fail.
  static var tracing: Self { .enabled(if: Ability.canTrace, "strace cannot trace processes here") }

  /// File systems are mounted in a namespace of their own.
  static var mounting: Self { .enabled(if: Ability.canMount, "mounting is not allowed here") }

  /// C is compiled while the tests run.
  static var clang: Self { .enabled(if: Ability.hasClang, "there is no clang") }

  /// - Parameter flag: as the kernel names it.
  static func processor(_ flag: String) -> Self {
    .enabled(if: Program.processorFlags.contains(Substring(flag)), "this CPU has no \(flag)")
  }
}

private enum Ability {
  static let canTrace = succeeds("strace", "-f", "-o", "/dev/null", "true")
  static let canMount = succeeds("unshare", "-m", "mount", "-t", "tmpfs", "none", "/tmp")
  static let hasClang = succeeds("clang", "--version")

  private static func succeeds(_ command: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
