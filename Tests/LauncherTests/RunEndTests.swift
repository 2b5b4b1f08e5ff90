import Glibc
import Testing
import disttrain_launch

@Suite struct RunEndTests {
  @Test(arguments: [0, 64, 65, 70, 74, 75] as [Int32])
  func codesOfDisttrainStand(code: Int32) {
    #expect(RunEnd(code) == RunEnd(code, stoppedBy: SIGINT))
    #expect(RunEnd(code).code == code && RunEnd(code).explanation == nil)
  }

  /// mpirun's own codes and signals of ranks become one of disttrain's, with a reason.
  @Test(arguments: [
    (132, 70, "SIGILL"), (134, 70, "SIGABRT"), (135, 70, "TMPDIR"), (137, 70, "memory"), (139, 70, "SIGSEGV"),
    (143, 70, "SIGTERM"), (152, 70, "SIGXCPU"), (153, 74, "ulimit -f"), (159, 70, "SIGSYS"), (1, 70, "code 1,"),
    (2, 70, "code 2,"), (205, 70, "code 205,"), (213, 70, "code 213,"), (255, 70, "code 255,"), (128, 70, "code 128,"),
  ])
  func othersAreExplained(code: Int32, shown: Int32, reason: String) {
    let end = RunEnd(code)
    #expect(end.code == shown && end.explanation?.contains(reason) == true, "\(end)")
  }

  /// As a shell shows a program that the signal ends.
  @Test func stoppedAtOnce() {
    for code in [1, 143, 137] as [Int32] {
      #expect(RunEnd(code, stoppedBy: SIGINT).code == 130 && RunEnd(code, stoppedBy: SIGTERM).code == 143)
      #expect(RunEnd(code, stoppedBy: SIGQUIT).explanation == nil)
    }
  }
}
