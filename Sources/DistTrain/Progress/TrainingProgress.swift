import Cluster
import Configuration
import Files
import Reporting

/// The progress of training: a bar if the output can redraw a line, otherwise a line every `logEvery` steps.
///
/// The lines of a recipe's log, if configured, replace the latter, and appear above the bar, too.
package struct TrainingProgress: Sendable {
  private static let gap = "  "

  private let totalSteps: Int
  private let totalEpochs: Int
  private let logEvery: Int
  private var recipe: (log: any RecipeLog, schedule: EpochSchedule)?
  private var line: StatusLine
  private var timeLeft: TimeLeft
  private var last: StepMeasurements?
  private var hasLogged = false

  /// - Parameters:
  ///   - step: steps done before, if the run continues.
  ///   - totalEpochs: whole epochs of the run, for the width of the column.
  ///   - logEvery: steps between two standard lines.
  ///   - recipe: a recipe's log, and the schedule for its epochs.
  package init(
    continuingFrom step: Int, totalSteps: Int, totalEpochs: Int, logEvery: Int,
    recipe: (log: any RecipeLog, schedule: EpochSchedule)? = nil, on terminal: Terminal,
    clock: @escaping @Sendable () -> Double, display: BottomLine
  ) {
    self.totalSteps = totalSteps
    self.totalEpochs = totalEpochs
    self.logEvery = max(1, logEvery)
    self.recipe = recipe
    line = StatusLine(on: terminal, clock: clock, display: display)
    timeLeft = TimeLeft(done: step, now: line.now)
  }

  /// After every step.
  package mutating func update(_ measured: StepMeasurements) {
    timeLeft.record(done: measured.step, now: line.now)
    last = measured
    hasLogged = false
    if let schedule = recipe?.schedule {
      recipe?.log.lines(after: LoggedStep(measured, in: schedule)).forEach { line.say($0) }
    }
    if line.terminal.redraws {
      draw(measured, now: measured.step >= totalSteps)
    } else if recipe == nil, measured.step % logEvery == 0 {
      log(measured)
    }
  }

  /// Seconds for the steps after `step`; nil before the first.
  package func timeLeft(after step: Int) -> Double? { timeLeft.seconds(for: totalSteps - step) }

  /// Prints a message besides the numbers, for example that a checkpoint has been written.
  package func say(_ message: String) { line.say(message) }

  /// Reports a complete checkpoint; some recipes print a line.
  package mutating func checkpointWritten() {
    if let words = recipe?.log.checkpointLine { line.say(words) }
  }

  /// Ends the display; shows the last state if it has not been shown.
  package mutating func end() {
    recipe?.log.endingLines().forEach { line.say($0) }
    if let last, !hasLogged, !line.terminal.redraws, recipe == nil { log(last) }
    if let last { draw(last, now: true) }
    line.end()
  }

  private mutating func draw(_ measured: StepMeasurements, now isUrgent: Bool) {
    let state = self
    line.draw(now: isUrgent) { columns in state.bar(measured, columns: columns) }
  }

  // MARK: Lines

  private mutating func log(_ measured: StepMeasurements) {
    hasLogged = true
    let left = timeLeft.seconds(for: totalSteps - measured.step)
    line.say(Self.logLine(measured, totalSteps: totalSteps, totalEpochs: totalEpochs, secondsLeft: left))
  }

  /// The standard line of a log.
  package static func logLine(
    _ measured: StepMeasurements, totalSteps: Int, totalEpochs: Int, secondsLeft: Double?
  ) -> String {
    let pieces = [
      "step \(padded(measured.step, as: totalSteps))/\(totalSteps)", "epoch \(padded(measured.epoch, as: totalEpochs))",
      measured.losses, measured.ofReal, measured.ofFake, measured.speed,
    ]
    return (pieces + left(measured, of: totalSteps, secondsLeft)).joined(separator: gap)
  }

  /// The most detailed line that fits: the least important parts are dropped first, and the bar takes the remaining
  /// room.
  private func bar(_ measured: StepMeasurements, columns: Int) -> String {
    let step = "step \(Self.padded(measured.step, as: totalSteps))/\(totalSteps)"
    let epoch = "epoch \(Self.padded(measured.epoch, as: totalEpochs))"
    let left = Self.left(measured, of: totalSteps, timeLeft.seconds(for: totalSteps - measured.step))
    let choices = [
      [epoch, measured.losses, measured.ofReal, measured.ofFake, measured.speed],
      [epoch, measured.losses, measured.ofReal, measured.ofFake],
      [measured.losses, measured.ofReal, measured.ofFake], [measured.losses, measured.ofReal], [measured.losses], [],
    ]
    for pieces in choices {
      // Room for the longest time left, so that the bar keeps its length while the time becomes shorter.
      let text = ([step] + pieces + ["47 h 59 min left"]).joined(separator: Self.gap)
      let room = columns - text.count - Self.gap.count
      guard room >= 10 else { continue }
      let bar = Bar(columns: min(room, 40), fraction: Double(measured.step) / Double(max(1, totalSteps)))
      return ([step, bar.drawn(on: line.terminal)] + pieces + left).joined(separator: Self.gap)
    }
    let text = ([step] + left).joined(separator: Self.gap)
    return String((text.count <= columns ? text : step).prefix(columns))
  }

  private static func left(_ measured: StepMeasurements, of totalSteps: Int, _ seconds: Double?) -> [String] {
    guard measured.step < totalSteps else { return [] }
    return seconds.map { ["\(spoken(seconds: $0)) left"] } ?? []
  }

  private static func padded(_ value: Int, as widest: Int) -> String {
    let text = "\(value)"
    return String(repeating: " ", count: max(0, "\(widest)".count - text.count)) + text
  }
}

extension Console {
  /// The progress of a run from `step` on, by the configuration's log.
  func trainingProgress(_ schedule: EpochSchedule, from step: Int, _ log: OutputSettings.Log) -> TrainingProgress {
    TrainingProgress(
      continuingFrom: step, totalSteps: schedule.totalSteps,
      totalEpochs: schedule.epochsDone(afterSteps: schedule.totalSteps), logEvery: schedule.steps(in: log.every),
      recipe: log.format.recipeLog(every: log.every).map { ($0, schedule) }, on: terminal, clock: Self.seconds,
      display: .standard)
  }
}
