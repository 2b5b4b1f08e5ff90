import Foundation
import Reporting

/// The lines that a soak run appends to its log, one a trial: part, number, "survived" or what failed, seconds; separated
/// by tabs. A soak run goes on where its log ends.
struct SoakLog {
  /// Where `scripts/test --soak` says, otherwise nil.
  static let shared = ProcessInfo.processInfo.environment["DISTTRAIN_SOAK"].map(SoakLog.init)

  let path: String

  /// The trials of `part` that have survived.
  func survived(_ part: Part) -> Set<Int> {
    let lines = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
    return Set(
      lines.compactMap { line in
        let fields = line.split(separator: "\t")
        guard fields.count == 4, fields[0] == part.rawValue, fields[2] == "survived" else { return nil }
        return Int(fields[1])
      })
  }

  func append(_ part: Part, _ number: Int, _ failures: [String], seconds: Double) {
    let result = failures.isEmpty ? "survived" : failures.joined(separator: "; ").prefix(2000)
    let plain = result.map { $0.isNewline || $0 == "\t" ? " " : $0 }
    let line = "\(part.rawValue)\t\(number)\t\(String(plain))\t\(String(format: "%.2f", seconds))\n"
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    defer { close(file) }
    let bytes = Array(line.utf8)
    precondition(file >= 0 && write(file, bytes, bytes.count) == bytes.count, "the soak log \(path) cannot be written")
  }
}
