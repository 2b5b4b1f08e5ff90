/// What must be equal on all ranks before they may train together.
package enum Agreement {
  /// Compares the ranks' facts, each a name and a value, and throws on every rank where they differ. Collective.
  package static func check(_ facts: [(name: String, value: String, advice: String)], job: any Job) throws {
    let own = ([job.host] + facts.map(\.value)).joined(separator: "\u{1}")
    let all = try job.allGather(own).map { $0.split(separator: "\u{1}", omittingEmptySubsequences: false) }
    let differences = facts.indices.compactMap { place -> String? in
      let column = place + 1
      guard Set(all.map { $0[column] }).count > 1 else { return nil }
      var lines: [String] = []
      for value in Set(all.map { $0[column] }).sorted() {
        let ranks = all.indices.filter { all[$0][column] == value }
        lines.append("    \(value) on \(describe(ranks, all.map { String($0[0]) }))")
      }
      return "  \(facts[place].name):\n\(lines.joined(separator: "\n"))\n    \(facts[place].advice)"
    }
    guard differences.isEmpty else {
      throw AgreedError(
        UserFacingError(
          code: .usage, message: "the ranks do not agree:\n" + differences.joined(separator: "\n")))
    }
  }

  /// `ranks 0 (node1), 3 (node2) and 5 more`.
  private static func describe(_ ranks: [Int], _ hosts: [String]) -> String {
    let shown = ranks.prefix(4).map { "\($0) (\(hosts[$0]))" }.joined(separator: ", ")
    let more = ranks.count > 4 ? " and \(ranks.count - 4) more" : ""
    return "rank\(ranks.count == 1 ? "" : "s") \(shown)\(more)"
  }
}
