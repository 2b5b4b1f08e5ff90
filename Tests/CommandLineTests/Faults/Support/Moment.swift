import Foundation
import Testing

/// When a fault strikes a run.
enum Moment {
  /// Once all ranks are there: MPI begins, images are loaded, networks made.
  case start(delay: Duration)
  /// Once so many steps are in metrics.jsonl.
  case step(Int, delay: Duration)
  /// While the first checkpoint after so many steps is being written.
  case checkpoint(Int, delay: Duration)

  /// Any moment, each phase as likely as the others.
  static func any(_ trial: inout Trial) -> Moment {
    let step = trial.number(1...(FaultRun.steps * 3 / 4))
    switch trial.number(0...2) {
    case 0: return .start(delay: .milliseconds(trial.number(0...800)))
    case 1: return .step(step, delay: .milliseconds(trial.number(0...30)))
    default: return .checkpoint(step, delay: .microseconds(trial.number(0...3000)))
    }
  }
}

extension FaultRun {
  /// Waits for `moment`; false where the run ended before it came.
  func waits(for moment: Moment, of job: RunningProgram, _ out: String, ranks: Int) async throws -> Bool {
    let folder = place.file("\(out)/run").path
    let delay: Duration
    switch moment {
    case .start(let pause):
      guard try await job.waits(until: { RankProcess.all(in: place).count == ranks }) else { return false }
      delay = pause
    case .step(let step, let pause):
      guard try await job.waits(until: { Self.steps(in: folder) >= step }) else { return false }
      delay = pause
    case .checkpoint(let step, let pause):
      guard try await job.waits(until: { Self.steps(in: folder) >= step && Self.isWriting(in: folder) }) else {
        return false
      }
      delay = pause
    }
    try await Task.sleep(for: delay)
    return true
  }

  private static func steps(in folder: String) -> Int {
    let text = (try? Data(contentsOf: URL(fileURLWithPath: folder + "/metrics.jsonl"))) ?? Data()
    return text.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
  }

  private static func isWriting(in folder: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/checkpoints")) ?? []
    return names.contains { $0.hasSuffix(".partial") }
  }
}
