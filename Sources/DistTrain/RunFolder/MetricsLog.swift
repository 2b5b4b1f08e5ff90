import Foundation
import ModelFiles

/// `metrics.jsonl`: a line per log interval, in the order of steps, each there once however often the run was continued.
package final class MetricsLog {
  package let path: String
  /// What opening took away: lines of later steps, to be made again, and lines that are not a whole record.
  package let removed: (later: Int, damaged: Int)
  /// The losses of every line, in the order of steps.
  package private(set) var losses: [Losses]
  private let descriptor: Int32
  private var length: Int

  /// What a loss chart needs of a line.
  package struct Losses: Equatable, Sendable {
    package let step: Int
    /// NaN where they were not finite, for which JSON has no number.
    package let discriminator: Double
    package let generator: Double
  }

  /// Opens the log of a run that goes on from `step`, or begins (0): keeps the lines up to that step only.
  package init(at path: String, continuingFrom step: Int) throws(ModelFileError) {
    self.path = path
    let old = try contents(ofFile: path) ?? []
    let (kept, losses, removed) = Self.lines(of: old, upTo: step)
    if kept != old { try AtomicFile.replace(path, with: kept, throughLinks: false) }
    self.removed = removed
    self.losses = losses
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
    let status = record.status
    losses.append(Losses(step: status.step, discriminator: status.lossD, generator: status.lossG))
  }

  /// Makes the lines so far durable: before a checkpoint that goes on from here.
  package func synchronize() throws(ModelFileError) { try checked("write", path) { fsync(descriptor) } }

  private struct Line: Decodable {
    let step: Int
    let lossD: Double?
    let lossG: Double?
  }

  private static func lines(
    of bytes: [UInt8], upTo step: Int
  ) -> (kept: [UInt8], losses: [Losses], removed: (later: Int, damaged: Int)) {
    let newline = UInt8(ascii: "\n")
    var kept: [UInt8] = []
    var losses: [Losses] = []
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
      losses.append(
        Losses(step: record.step, discriminator: record.lossD ?? .nan, generator: record.lossG ?? .nan))
    }
    return (kept, losses, removed)
  }
}
