import Foundation
import Glibc
import Reporting

/// The address of a hub, a rank to which all ranks report.
package struct WatchdogHub {
  package let rank: Int
  package let host: String
  package let process: Int32
  package let port: UInt16
  /// IPv4, in host order.
  package let addresses: [UInt32]

  package init(rank: Int, host: String, process: Int32, port: UInt16, addresses: [UInt32]) {
    (self.rank, self.host, self.process, self.port, self.addresses) = (rank, host, process, port, addresses)
  }
}

/// Ends the job with code 70 and a report when a rank no longer answers, over TCP connections of its own: MPI itself
/// never notices a process that is stopped or whose host is gone, and waits for ever.
///
/// A thread of each rank tells ranks 0 and 1 four times a second the operation of its rank; a rank that is only busy
/// still answers.
package final class Watchdog {
  private let hasEnded = DispatchSemaphore(value: 0)
  /// Written to, to end the thread.
  private let wake: Int32

  /// Collective.
  ///
  /// - Parameter limit: seconds of silence.
  /// - Returns: nil if there is no other rank, or `limit` is 0.
  package init?(_ job: any Job, limit: Double, note: @escaping @Sendable (String) -> Void) throws {
    guard job.size > 1, limit > 0 else { return nil }
    let isHub = job.rank < 2
    let listener = isHub ? WatchdogSocket.listen(onLoopbackOnly: job.ranksOnHost == job.size) : nil
    if isHub, listener == nil {
      note("rank \(job.rank) (\(job.host)) has no port to listen on, and will not notice when another rank hangs")
    }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw UserFacingError(code: .inputOutput, message: "cannot open a pipe: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let card =
      [job.host, "\(getpid())", "\(listener?.port ?? 0)", Self.randomToken()]
      + (job.ranksOnHost == job.size ? [INADDR_LOOPBACK] : WatchdogSocket.hostAddresses).map { "\($0)" }
    let cards = try job.allGather(isHub ? card.joined(separator: "\u{1}") : "").map {
      $0.split(separator: "\u{1}").map(String.init)
    }
    let token = Array(cards[0][3].utf8)
    let hubs = cards.prefix(2).indices.compactMap { Self.hub($0, cards[$0]) }.filter { $0.rank != job.rank }
    let (rank, host, activity, descriptor) = (job.rank, job.host, job.activity, listener?.descriptor)

    wake = ends[1]
    let (hasEnded, end) = (hasEnded, ends[0])
    besideTraining {
      let node = WatchdogNode(
        rank: rank, host: host, token: token, limit: limit, activity: activity, listener: descriptor, note: note)
      for hub in hubs where !node.join(hub) {
        note(
          "the watchdog of rank \(rank) (\(host)) cannot reach rank \(hub.rank) (\(hub.host)), port \(hub.port): "
            + "rank \(hub.rank) will not notice when rank \(rank) hangs")
      }
      node.run(until: end)
      close(end)
      hasEnded.signal()
    }
  }

  /// Stops listening; the other ranks take it for this rank's end.
  package func stop() {
    close(wake)
    hasEnded.wait()
  }

  private static func hub(_ rank: Int, _ card: [String]) -> WatchdogHub? {
    guard card.count > 4, let process = Int32(card[1]), let port = UInt16(card[2]), port > 0 else { return nil }
    return WatchdogHub(
      rank: rank, host: card[0], process: process, port: port, addresses: card.dropFirst(4).compactMap { UInt32($0) })
  }

  /// As many characters as a token has bytes, of which strangers know nothing.
  private static func randomToken() -> String {
    var generator = SystemRandomNumberGenerator()
    return String(
      (0..<WatchdogFrame.tokenBytes).map { _ in
        "0123456789abcdefghijklmnopqrstuv".randomElement(using: &generator)!
      })
  }
}
