import Files
import Foundation

/// `metrics.jsonl`: a line per log interval, in the order of steps. Each step has one line even if the run was
/// continued several times.
package final class MetricsLog {
  package let path: String
  /// The lines removed at opening: those of later steps, which the run makes again, and incomplete ones.
  package let removed: (later: Int, damaged: Int)
  /// The losses of every line, in the order of steps.
  package private(set) var losses: [Losses]
  private let descriptor: Int32
  private var length: Int

  /// The part of a line for the loss chart.
  package struct Losses: Equatable, Sendable, Decodable {
    package let step: Int
    /// NaN if it was not finite, which JSON cannot express.
    package let discriminator: Double
    package let generator: Double

    fileprivate init(_ measured: StepMeasurements) {
      step = measured.step
      discriminator = measured[.lossD] ?? .nan
      generator = measured[.lossG] ?? .nan
    }

    package init(from decoder: any Decoder) throws {
      let line = try decoder.container(keyedBy: Metric.self)
      step = try line.decode(Int.self, forKey: .step)
      discriminator = try line.decodeIfPresent(Double.self, forKey: .lossD) ?? .nan
      generator = try line.decodeIfPresent(Double.self, forKey: .lossG) ?? .nan
    }
  }

  /// Opens the log of a run that continues from `step`, or begins (0): keeps only the lines up to that step.
  package init(at path: String, continuingFrom step: Int) throws(FileError) {
    self.path = path
    let old = try contents(ofFile: path) ?? []
    let (kept, losses, removed) = Self.lines(of: old, upTo: step)
    if kept != old { try AtomicFile.replace(path, with: kept, throughLinks: false) }
    self.removed = removed
    self.losses = losses
    length = kept.count
    descriptor = try opened("open", path) { open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666) }
  }

  deinit { close(descriptor) }

  /// Adds a line, or nothing of it if the disk is full.
  package func append(_ measured: StepMeasurements) throws(FileError) {
    let line = Array((measured.json + "\n").utf8)
    do throws(FileError) {
      try writeFully(descriptor, path: path, line, at: length)
    } catch {
      ftruncate(descriptor, length)
      throw error
    }
    length += line.count
    losses.append(Losses(measured))
  }

  /// Makes the lines so far durable, before a checkpoint of the same step.
  package func synchronize() throws(FileError) { try Files.synchronize(descriptor, path: path) }

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
      guard isWhole, let record = try? JSONDecoder().decode(Losses.self, from: Data(line)), record.step > last else {
        removed.damaged += 1
        continue
      }
      guard record.step <= step else {
        removed.later += 1
        continue
      }
      last = record.step
      kept += line + [newline]
      losses.append(record)
    }
    return (kept, losses, removed)
  }
}

extension StepMeasurements {
  /// A line of `metrics.jsonl`: one JSON object without a newline.
  ///
  /// A number that is not finite becomes null; metrics that were not measured are left out.
  package var json: String {
    let fields = Metric.allCases.compactMap { metric in text(of: metric).map { "\"\(metric.rawValue)\": \($0)" } }
    return "{\(fields.joined(separator: ", "))}"
  }

  private func text(of metric: Metric) -> String? {
    switch metric.declaration.value {
    case .whole(let value): value(self).map { "\($0)" }
    case .number(let value): value(self).map(number)
    case .overRanks(let value): value(self).map(object)
    }
  }

  private func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }

  private func object(_ spread: StepTimes.Spread) -> String {
    let numbers = [("min", spread.min), ("median", spread.median), ("max", spread.max)]
    let fields = numbers.map { "\"\($0)\": \(number($1))" } + (spread.rank.map { ["\"rank\": \($0)"] } ?? [])
    return "{\(fields.joined(separator: ", "))}"
  }
}
