import Foundation
import ImageIO

/// What rank 0 says, and the silence of the others.
package final class Console: Sendable {
  private let isSpeaking: Bool
  private let terminal: Terminal

  package init(isSpeaking: Bool) {
    self.isSpeaking = isSpeaking
    terminal = Terminal.detect(STDOUT_FILENO, environment: ProcessInfo.processInfo.environment)
  }

  /// A line on standard output.
  package func say(_ line: String) {
    if isSpeaking { Terminal.writeToStandardOutput(line.escapingControls(except: "\n") + "\n") }
  }

  /// Something to take notice of, on standard error.
  package func note(_ line: String) {
    if isSpeaking { FileHandle.standardError.write(Data("note: \(line.escapingControls(except: "\n"))\n".utf8)) }
  }

  func countProgress(_ title: String, of count: Int) -> CountProgress {
    CountProgress(title, of: count, on: terminal, clock: Self.seconds, write: Terminal.writeToStandardOutput)
  }

  func trainingProgress(_ schedule: EpochSchedule, from step: Int, _ log: OutputSettings.Log) -> TrainingProgress {
    TrainingProgress(
      continuingFrom: step, totalSteps: schedule.totalSteps,
      totalEpochs: schedule.epochsDone(afterSteps: schedule.totalSteps), logEvery: schedule.steps(in: log.every),
      recipe: log.format.recipeLog(every: log.every).map { ($0, schedule) }, on: terminal, clock: Self.seconds,
      write: Terminal.writeToStandardOutput)
  }

  private static let seconds: @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }
}
