import Foundation

/// The cores that this process may use.
package enum Processors {
  /// The kernel's list of them, such as `0-3,8`.
  package static var allowedList: String {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    return line.map { $0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces) } ?? "0"
  }

  /// How many cores a list such as `0-3,8` names.
  package static func count(in list: String) -> Int {
    list.split(separator: ",").reduce(0) { sum, part in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      return sum + (ends.isEmpty ? 0 : max(0, ends.last! - ends.first!) + 1)
    }
  }

  /// `threads: auto`: the cores this rank may use ÷ the ranks that share them, at least 1. Collective.
  package static func automaticThreads(_ job: any Job) throws -> Int {
    let list = allowedList
    let own = "\(job.host) \(list)"
    let sharing = try job.allGather(own).filter { $0 == own }.count
    return max(1, count(in: list) / max(1, sharing))
  }
}
