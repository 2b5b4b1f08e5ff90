import Configuration
import Files
import Reporting

/// Checks that facts and configurations are equal on all ranks.
package enum Agreement {
  /// Compares the ranks' facts, each a name and a value, and throws on every rank if they differ. Collective.
  package static func check(_ facts: [(name: String, value: String, advice: String)], job: any Job) throws {
    let own = ([job.host] + facts.map(\.value)).joined(separator: "\u{1}")
    let all = try job.allGather(own).map { $0.split(separator: "\u{1}", omittingEmptySubsequences: false) }
    let hosts = all.map { String($0[0]) }
    let differences = facts.indices.compactMap { place -> String? in
      let lines = values(all.map { String($0[place + 1]) }, hosts)
      guard lines.count > 1 else { return nil }
      return "  \(facts[place].name):\n\(lines.joined(separator: "\n"))\n    \(facts[place].advice)"
    }
    if !differences.isEmpty { throw disagreement(differences) }
  }

  /// Compares the ranks' configurations and throws on every rank, naming each key that differs. Collective.
  package static func check(_ configuration: Configuration, job: any Job) throws {
    let digests = try job.allGather(SHA256.digest(of: configuration.yaml).hex)
    guard Set(digests).count > 1 else { return }
    let own = configuration.settings.map { "\($0.key)\u{2}\($0.text)" }.joined(separator: "\u{1}")
    let hosts = try job.allGather(job.host)
    let all = try job.allGather(own).map { text in
      text.split(separator: "\u{1}").reduce(into: [String: String]()) { settings, setting in
        let parts = setting.split(separator: "\u{2}", maxSplits: 1, omittingEmptySubsequences: false)
        settings[String(parts[0])] = String(parts[1])
      }
    }
    let different = Set(all.flatMap(\.keys)).sorted().filter { key in Set(all.map { $0[key] }).count > 1 }
    let differences = different.prefix(12).map { key in
      "  \(key):\n\(values(all.map { $0[key] ?? "not set" }, hosts).joined(separator: "\n"))"
    }
    let more = different.count > 12 ? ["  and \(different.count - 12) more settings"] : []
    throw disagreement(differences + more + ["  Give every rank the same configuration file and the same --set."])
  }

  /// A line for each value, with the ranks that have it.
  private static func values(_ byRank: [String], _ hosts: [String]) -> [String] {
    Set(byRank).sorted().map { value in
      "    \(value) on \(describe(byRank.indices.filter { byRank[$0] == value }, hosts))"
    }
  }

  private static func disagreement(_ differences: [String]) -> AgreedError {
    AgreedError(
      UserFacingError(code: .usage, message: "the ranks do not agree:\n" + differences.joined(separator: "\n")))
  }

  /// `ranks 0 (node1), 3 (node2) and 5 more`.
  static func describe(_ ranks: [Int], _ hosts: [String]) -> String {
    let shown = ranks.prefix(4).map { "\($0) (\(hosts[$0]))" }.joined(separator: ", ")
    let more = ranks.count > 4 ? " and \(ranks.count - 4) more" : ""
    return "rank\(ranks.count == 1 ? "" : "s") \(shown)\(more)"
  }
}
