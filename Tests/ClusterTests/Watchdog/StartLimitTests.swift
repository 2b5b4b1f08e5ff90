import Cluster
import Foundation
import Reporting
import Testing

/// Each in a process of its own, which the limit ends.
@Suite struct StartLimitTests {
  @Test func aStartThatHangsEnds() async {
    await #expect(processExitsWith: .exitCode(ExitCode.internalError.rawValue)) {
      _ = StartLimit(seconds: 0.5)
      sleep(120)
      exit(0)
    }
  }

  /// A job that is suspended while it starts goes on.
  @Test func timeInWhichTheProcessIsStoppedDoesNotCount() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let limit = StartLimit(seconds: 6)
      let waker = Process()
      waker.executableURL = URL(fileURLWithPath: "/bin/sh")
      waker.arguments = ["-c", "sleep 7; kill -CONT $PPID"]
      try waker.run()
      kill(getpid(), SIGSTOP)
      for _ in 0..<50 { usleep(10_000) }  // one long wait would be over after the stop
      limit.end()
      waker.waitUntilExit()
      exit(0)
    }
  }
}
