import Cluster
import Foundation
import Reporting
import Testing

/// One rank's part of the watchdog, with this test in place of a hub.
@Suite struct WatchdogNodeTests {
  /// It says hello and then speaks at its own pace, however fast it is answered: two ranks that answered each other's words
  /// would talk without end, and take the cores that compute.
  @Test func aWordIsNotAnsweredAtOnce() async throws {
    let listener = try #require(WatchdogSocket.listen(onLoopbackOnly: true))
    defer { close(listener.descriptor) }
    let hub = WatchdogHub(
      rank: 0, host: "hub", process: 1, port: listener.port, addresses: [UInt32(INADDR_LOOPBACK)])
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    let (wake, end) = (ends[0], ends[1])
    let token = [UInt8](repeating: 7, count: WatchdogFrame.tokenBytes)
    let thread = Thread {
      // At the limit's end the node would end this process.
      let node = WatchdogNode(
        rank: 5, host: "node", token: token, limit: 3600, activity: Activity(), listener: nil, note: { _ in })
      if node.join(hub) { node.run(until: wake) }
      close(wake)
    }
    let start = ContinuousClock.now
    thread.start()
    // On a thread of its own, as the node is: tasks may wait for minutes while other tests block their threads.
    let descriptor = listener.descriptor
    let heard = await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: Self.answer(descriptor, until: start + .seconds(600))) }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    close(end)
    #expect(heard.first == .hello(token: token, rank: 5, process: getpid(), host: "node"))
    // A busy machine makes it longer, never shorter.
    #expect(heard.count >= 9 && seconds > 1.5, "\(heard.count) frames in \(seconds) s")
  }

  /// What a node says, each word answered at once: its hello and eight looks, a quarter of a second after each other.
  private static func answer(_ listener: Int32, until end: ContinuousClock.Instant) -> [WatchdogFrame] {
    var socket: WatchdogSocket?
    var heard: [WatchdogFrame] = []
    let state = Activity.Snapshot(step: 1, operation: .computing, changes: 1)
    while heard.count < 9, ContinuousClock.now < end {
      socket = socket ?? WatchdogSocket.accept(from: listener)
      for frame in socket?.receive() ?? [] {
        heard.append(frame)
        socket?.send(.heartbeat(state))
      }
      usleep(1000)
    }
    return heard
  }
}
