import DistTrain
import Foundation
import Reporting
import Testing

/// Each in a process of its own: signals and their handlers belong to the whole process.
@Suite struct StopSignalsTests {
  /// Signals this process, as a user does, and waits until some thread has handled it. (`raise` would signal the test's
  /// own thread, and threads of the pool block signals.) A minute only ends a wait for what never comes.
  private static func send(_ number: Int32, waiting waits: Int = 60_000, until isHandled: () -> Bool) {
    kill(getpid(), number)
    for _ in 0..<waits where !isHandled() { usleep(1000) }
  }

  @Test(arguments: StopRequest.allCases.map(\.rawValue))
  func aSignalBecomesARequest(number: Int32) async {
    await #expect(processExitsWith: .exitCode(0)) { [number] in
      signal(number, SIG_DFL)  // if the tests were started in the background
      StopSignals.install()
      guard StopSignals.request == nil else { exit(1) }
      Self.send(number) { StopSignals.request != nil }
      guard StopSignals.request?.rawValue == number else { exit(2) }
      for other in [SIGUSR1, SIGTERM] {  // the first one counts
        Self.send(other, waiting: 50) { StopSignals.request?.rawValue != number }
        guard StopSignals.request?.rawValue == number else { exit(3) }
      }
      StopSignals.reset()
      exit(StopSignals.request == nil ? 0 : 4)
    }
  }

  /// As nohup and shells leave them. What batch systems send is heard all the same.
  @Test(arguments: StopRequest.allCases.map(\.rawValue))
  func anIgnoredSignalStaysIgnored(number: Int32) async {
    await #expect(processExitsWith: .exitCode(0)) { [number] in
      signal(number, SIG_IGN)
      StopSignals.hold()
      StopSignals.install()
      let isHeard = [SIGTERM, SIGUSR1].contains(number)
      Self.send(number, waiting: isHeard ? 60_000 : 50) { StopSignals.request != nil }
      exit((StopSignals.request != nil) == isHeard ? 0 : 1)
    }
  }

  @Test func aSecondInterruptEndsAtOnce() async {
    await #expect(processExitsWith: .signal(SIGINT)) {
      signal(SIGINT, SIG_DFL)
      StopSignals.install()
      Self.send(SIGINT) { StopSignals.request != nil }
      Self.send(SIGINT) { false }
      exit(0)
    }
  }

  @Test func anInterruptAfterAnotherRequestIsTheFirst() async {
    await #expect(processExitsWith: .exitCode(75)) {
      StopSignals.install()
      Self.send(SIGUSR1) { StopSignals.request != nil }
      kill(getpid(), SIGINT)
      usleep(200_000)
      exit(StopSignals.request == .user1 ? ExitCode.stopped.rawValue : 1)
    }
  }

  @Test func aReaderThatGoesAwayDoesNotEndTheRun() async {
    await #expect(processExitsWith: .exitCode(3)) {
      StopSignals.install()
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      close(ends[0])
      exit(write(ends[1], "x", 1) == -1 && errno == EPIPE ? 3 : 1)
    }
  }

  /// A wait that a signal interrupts is taken up again, so that no read or write fails because of it.
  @Test func interruptedCallsGoOn() async {
    await #expect(processExitsWith: .exitCode(4)) {
      StopSignals.install()
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      let (output, input) = (ends[0], ends[1])
      let reader = Thread {
        let own = pthread_self()
        Thread {
          usleep(50_000)
          pthread_kill(own, SIGUSR1)
          usleep(50_000)
          _ = write(input, "x", 1)
        }.start()
        var mask = sigset_t()  // inherited from a thread of the pool
        sigfillset(&mask)
        pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        var byte: UInt8 = 0
        exit(read(output, &byte, 1) == 1 && StopSignals.request == .user1 ? 4 : 1)
      }
      reader.start()
      sleep(60)  // the reader ends the process; this only ends a hang
      exit(2)
    }
  }

  @Test func numbersAreTheSystems() {
    #expect(StopRequest.allCases.map(\.rawValue) == [SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGTERM, SIGXCPU])
  }
}
