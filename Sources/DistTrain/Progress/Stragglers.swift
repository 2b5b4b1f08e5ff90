import Foundation

/// Names the rank that delays the others, if one is clearly slower: in the log, not at every line.
package struct Stragglers: Sendable {
  /// The least delay of the slowest rank behind the median one, as a share of a step.
  private static let share = 0.2
  /// Lines of the log until the same rank is named again.
  private static let pause = 20

  private let hosts: [String]
  private var named: Int?
  private var linesSince = 0

  /// - Parameter hosts: of the ranks.
  package init(hosts: [String]) { self.hosts = hosts }

  /// After the steps of one line of the log.
  package mutating func line(_ times: StepTimes) -> String? {
    guard hosts.count > 1 else { return nil }
    let kinds = [("computing", times.compute), ("loading images", times.data)]
    // Of two ranks the slower one would be its own median.
    func lag(_ spread: StepTimes.Spread) -> Double {
      spread.max - (hosts.count == 2 ? spread.min : spread.median)
    }
    let (kind, spread) = kinds.max { lag($0.1) < lag($1.1) }!
    guard let rank = spread.rank, lag(spread) > Self.share * times.perStep else {
      named = nil
      return nil
    }
    linesSince += 1
    guard rank != named || linesSince >= Self.pause else { return nil }
    (named, linesSince) = (rank, 0)
    return
      "rank \(rank) (\(hosts[rank])) holds the others up, \(kind). Seconds of a step, least, median and most of the "
      + "ranks: computing \(text(times.compute)), exchange \(text(times.exchange)), images \(text(times.data))"
  }

  private func text(_ spread: StepTimes.Spread) -> String {
    [spread.min, spread.median, spread.max].map { String(format: "%.3f", $0) }.joined(separator: " ")
      + (spread.rank.map { " (rank \($0))" } ?? "")
  }
}
