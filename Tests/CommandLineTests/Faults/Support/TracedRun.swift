import Foundation
import Reporting
import Testing

/// A system call of the program.
struct TracedCall: Hashable {
  let name: String
  /// Which of the main thread's calls of this name it is, from 1; of another thread's those on this file count.
  let occurrence: Int
  /// The file of the run folder that it works on; nil for another file.
  let file: String?
  /// Whether another thread than the main one makes it.
  let isBeside: Bool

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

  /// Trains `out` with `effect`, such as `error=EIO`, on the call at `point`.
  ///
  /// - Returns: all calls, or of a point beside the main thread those on its file.
  func run(
    _ out: String, _ effect: String? = nil, at point: TracedCall? = nil
  ) async throws -> (outcome: Outcome, calls: [TracedCall]) {
    let trace = place.file("\(out).trace").path
    // Not with --seccomp-bpf, under which strace 6.1 injects no signals.
    var options = ["-f", "-y", "-o", trace, "-e", "trace=" + Self.calls.joined(separator: ",")]
    if let effect, let point { options += ["-e", "inject=\(point.name):\(effect):when=\(point.occurrence)"] }
    // strace counts by thread: only its file tells another thread's third fsync from the main one's.
    if let point, point.isBeside, let file = point.file { options += Self.only(place.file("\(out)/run\(file)").path) }
    let outcome = try await place.start(command: ["strace"] + options + [Program.path, "run.yaml", "--out", out])
      .outcome()
    defer { try? FileManager.default.removeItem(atPath: trace) }
    // Without the slash before it: a name may be relative, and only a call that succeeds is shown with the whole path.
    return (
      outcome,
      Self.calls(in: try place.text("\(out).trace"), folder: "\(out)/run", areBeside: point.map(\.isBeside) ?? false)
    )
  }

  /// strace's options for calls on one file alone, by its path or by its name in its folder.
  static func only(_ path: String) -> [String] { ["-P", path, "-P", String(path.split(separator: "/").last!)] }

  /// - Parameter areBeside: whether none is the main thread's; otherwise that is the first thread that the trace names.
  private static func calls(in trace: String, folder: String, areBeside: Bool) -> [TracedCall] {
    var main: Substring?
    var counts: [[Substring]: Int] = [:]
    return trace.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      guard parts.count == 2 else { return nil }
      main = main ?? parts[0]
      let isBeside = areBeside || parts[0] != main
      let text = parts[1].drop { $0 == " " }
      guard let parenthesis = text.firstIndex(of: "(") else { return nil }
      let name = text[..<parenthesis]
      guard calls.contains(String(name)) else { return nil }
      let file = file(in: String(text), below: folder)
      let counted = [parts[0], name] + (isBeside ? [Substring(file ?? "")] : [])
      counts[counted, default: 0] += 1
      return TracedCall(name: String(name), occurrence: counts[counted]!, file: file, isBeside: isBeside)
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
