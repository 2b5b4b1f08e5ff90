import Foundation
import Testing

/// A system call of the program's main thread.
struct TracedCall: Hashable {
  let name: String
  /// Which of the thread's calls of this name it is, from 1.
  let occurrence: Int
  /// The file of the run folder that it works on; nil for another file.
  let file: String?

  /// What may stand for each other in a short test: calls of one name on files of one kind.
  var kind: String {
    let file = file ?? ""
    let role = [".safetensors", ".png", ".onnx", "metrics.jsonl", "config.yaml", "run.lock", "tfevents"].first {
      file.contains($0)
    }
    return "\(name) \(role ?? "folder")"
  }
}

/// Runs of one process under strace, which follows every call that opens, writes, renames or removes a file, and makes
/// one of them fail or deadly.
struct TracedRun {
  private static let calls = [
    "openat", "write", "pwrite64", "ftruncate", "fsync", "close", "rename", "renameat", "unlink", "unlinkat", "link",
  ]

  let place: Workplace

  /// Whether processes may be traced here; says why a test is skipped where not.
  static func isPossible(_ place: Workplace) async throws -> Bool {
    let probe = try place.start(command: ["strace", "-f", "-o", "/dev/null", "true"])
    let outcome = await probe.outcome()
    if outcome.code != 0 { print("skipped: strace cannot trace here: \(outcome.errors.prefix(200))") }
    return outcome.code == 0
  }

  /// Trains `out`, with a fault such as `inject=fsync:error=EIO:when=3`.
  func run(_ out: String, _ fault: String? = nil) async throws -> (outcome: Outcome, calls: [TracedCall]) {
    let trace = place.file("\(out).trace").path
    // Not with --seccomp-bpf, under which strace 6.1 injects no signals.
    let options = ["-f", "-y", "-o", trace, "-e", "trace=" + Self.calls.joined(separator: ",")]
    let command = ["strace"] + options + (fault.map { ["-e", $0] } ?? []) + [Program.path, "run.yaml", "--out", out]
    let outcome = try await place.start(command: command).outcome()
    defer { try? FileManager.default.removeItem(atPath: trace) }
    // Without the slash before it: a name may be relative, and only a call that succeeds is shown with the whole path.
    return (outcome, Self.calls(in: try place.text("\(out).trace"), folder: "\(out)/run"))
  }

  /// The main thread's calls, which is the first one that the trace names.
  private static func calls(in trace: String, folder: String) -> [TracedCall] {
    var main: Substring?
    var counts: [Substring: Int] = [:]
    return trace.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      guard parts.count == 2 else { return nil }
      main = main ?? parts[0]
      let text = parts[1].drop { $0 == " " }
      guard parts[0] == main, let parenthesis = text.firstIndex(of: "(") else { return nil }
      let name = text[..<parenthesis]
      guard calls.contains(String(name)) else { return nil }
      counts[name, default: 0] += 1
      return TracedCall(name: String(name), occurrence: counts[name]!, file: file(in: String(text), below: folder))
    }
  }

  /// The path below `folder` in a call's text: what a descriptor is of, and a name in that folder.
  private static func file(in text: String, below folder: String) -> String? {
    guard let range = text.range(of: folder) else { return nil }
    let rest = text[range.upperBound...].prefix { !"\">".contains($0) }
    let name = text[range.upperBound...].split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
    // renameat(9</…/checkpoints>, ".000002.safetensors.partial", …
    let isInFolder = text.hasPrefix("openat(") || text.hasPrefix("renameat(") || text.hasPrefix("unlinkat(")
    return isInFolder && name.count == 3 && !rest.contains("\"") ? "\(rest)/\(name[1])" : String(rest)
  }
}
