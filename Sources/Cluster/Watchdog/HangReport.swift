import Reporting

/// The report when ranks no longer answer: these ranks, and the operations in which the others wait.
package struct HangReport {
  package struct Rank: Equatable, Sendable {
    package var rank: Int
    package var host: String
    package var process: Int32
    package var state: Activity.Snapshot

    package init(rank: Int, host: String, process: Int32, state: Activity.Snapshot) {
      (self.rank, self.host, self.process, self.state) = (rank, host, process, state)
    }
  }

  /// Ascending, as `others`.
  package let silent: [Rank]
  package let others: [Rank]
  /// Seconds.
  package let limit: Double

  package init(silent: [Rank], others: [Rank], limit: Double) {
    (self.silent, self.others, self.limit) = (silent, others, limit)
  }

  package var text: String {
    let subjects = silent.prefix(4).map {
      "rank \($0.rank) (\($0.host), process \($0.process)) has not answered for \(spoken(seconds: limit)): last heard of "
        + Self.place($0.state)
    }
    let more = silent.count > 4 ? ["and \(silent.count - 4) more ranks"] : []
    let advice =
      "the job ends; the same command continues from the newest checkpoint. If the host was only slow, raise watchdog."
    return "error: " + (subjects + more + Self.places(of: others) + [advice]).joined(separator: "\n  ")
  }

  /// The note when all ranks answer and none makes progress.
  package static func stall(_ ranks: [Rank], seconds: Double) -> String {
    let advice = "if one of them reads or writes, its file system may hang; the job waits"
    return "no rank has made progress for \(spoken(seconds: seconds)):\n  "
      + (places(of: ranks) + [advice]).joined(separator: "\n  ")
  }

  /// A line for each operation, with its ranks, such as `ranks 0, 2 to 5: in step 12, exchanging gradients`.
  private static func places(of ranks: [Rank]) -> [String] {
    var groups: [(state: String, ranks: [Int])] = []
    for rank in ranks {
      let state = place(rank.state)
      if let known = groups.firstIndex(where: { $0.state == state }) {
        groups[known].ranks.append(rank.rank)
      } else {
        groups.append((state, [rank.rank]))
      }
    }
    return groups.map { "\(names($0.ranks)): \($0.state)" }
  }

  /// `in step 12, exchanging gradients`.
  private static func place(_ state: Activity.Snapshot) -> String {
    state.step > 0 ? "in step \(state.step), \(state.operation.description)" : state.operation.description
  }

  /// `rank 3`, `ranks 0, 2 to 5`.
  package static func names(_ ranks: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for rank in ranks.sorted() {
      if let last = runs.last, last.upperBound + 1 == rank {
        runs[runs.count - 1] = last.lowerBound...rank
      } else {
        runs.append(rank...rank)
      }
    }
    let texts = runs.map { run in
      switch run.count {
      case 1: "\(run.lowerBound)"
      case 2: "\(run.lowerBound), \(run.upperBound)"
      default: "\(run.lowerBound) to \(run.upperBound)"
      }
    }
    return "rank\(ranks.count == 1 ? "" : "s") \(texts.joined(separator: ", "))"
  }
}
