import Foundation
import ModelFiles

/// `metrics.jsonl`: a line per log interval, in the order of steps, each there once however often the run was continued.
package final class MetricsLog {
  package let path: String
  /// What opening took away: lines of later steps, to be made again, and lines that are not a whole record.
  package let removed: (later: Int, damaged: Int)
  private let descriptor: Int32
  private var length: Int

  /// Opens the log of a run that goes on from `step`, or begins (0): keeps the lines up to that step only.
  package init(at path: String, continuingFrom step: Int) throws(ModelFileError) {
    self.path = path
    let old = try contents(ofFile: path) ?? []
    let (kept, removed) = Self.lines(of: old, upTo: step)
    if kept != old { try AtomicFile.replace(path, with: kept, throughLinks: false) }
    self.removed = removed
    length = kept.count
    descriptor = try checked("open", path) { open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666) }
  }

  deinit { close(descriptor) }

  /// Adds a line, or, where the disk is full, nothing of it.
  package func append(_ record: MetricsRecord) throws(ModelFileError) {
    let line = Array((record.json + "\n").utf8)
    do throws(ModelFileError) {
      try writeFully(descriptor, path: path, line, at: length)
    } catch {
      ftruncate(descriptor, length)
      throw error
    }
    length += line.count
  }

  /// Makes the lines so far durable: before a checkpoint that goes on from here.
  package func synchronize() throws(ModelFileError) { try checked("write", path) { fsync(descriptor) } }

  private struct Line: Decodable {
    let step: Int
  }

  private static func lines(of bytes: [UInt8], upTo step: Int) -> (kept: [UInt8], removed: (later: Int, damaged: Int)) {
    let newline = UInt8(ascii: "\n")
    var kept: [UInt8] = []
    var removed = (later: 0, damaged: 0)
    var last = Int.min
    for line in bytes.split(separator: newline, omittingEmptySubsequences: false) {
      if line.isEmpty { continue }
      let isWhole = line.endIndex < bytes.endIndex
      guard isWhole, let record = try? JSONDecoder().decode(Line.self, from: Data(line)), record.step > last else {
        removed.damaged += 1
        continue
      }
      guard record.step <= step else {
        removed.later += 1
        continue
      }
      last = record.step
      kept += line + [newline]
    }
    return (kept, removed)
  }
}
