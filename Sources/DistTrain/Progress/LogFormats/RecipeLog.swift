import Cluster
import Configuration

/// The log lines of one recipe; `standard` is not one of them (`TrainingProgress.logLine`).
package protocol RecipeLog: Sendable {
  /// The lines that are due after a step.
  mutating func lines(after step: LoggedStep) -> [String]
  /// The lines that are due when training ends for any reason.
  mutating func endingLines() -> [String]
  /// The line about a checkpoint, if any.
  var checkpointLine: String? { get }
}

extension RecipeLog {
  package mutating func endingLines() -> [String] { [] }
  package var checkpointLine: String? { nil }
}

/// A step, for a recipe's log.
package struct LoggedStep: Sendable {
  package let measured: StepMeasurements
  /// The batches of real images that D learned from: one or more, of two epochs if one ended between them.
  let places: [EpochSchedule.Place]
  /// The epoch in which the step began, from 0, and the number of steps that begin in it.
  let epoch: Int
  let stepsOfEpoch: Int
  let batchesPerEpoch: Int
  /// Epochs of the whole run, begun ones included.
  let totalEpochs: Int

  package init(_ measured: StepMeasurements, in schedule: EpochSchedule) {
    self.measured = measured
    places = (0..<schedule.batchesPerStep).map { schedule.place(ofStep: measured.step - 1, update: $0) }
    let epoch = places[0].epoch
    func stepsBegun(beforeEpoch epoch: Int) -> Int {
      (epoch * schedule.batchesPerEpoch + schedule.batchesPerStep - 1) / schedule.batchesPerStep
    }
    stepsOfEpoch = stepsBegun(beforeEpoch: epoch + 1) - stepsBegun(beforeEpoch: epoch)
    self.epoch = epoch
    batchesPerEpoch = schedule.batchesPerEpoch
    totalEpochs = schedule.place(ofStep: schedule.totalSteps - 1, update: schedule.batchesPerStep - 1).epoch + 1
  }

  /// Whether an epoch ends with it.
  var endsEpoch: Bool { places.contains { $0.batch == batchesPerEpoch - 1 } }
}

extension OutputSettings.LogFormat {
  /// The recipe's log, or nil for the standard one.
  ///
  /// - Parameter interval: `log.every`.
  package func recipeLog(every interval: Interval) -> (any RecipeLog)? {
    switch self {
    case .standard: nil
    case .architecture: ArchitectureLog(every: interval)
    case .fashion: FashionLog()
    case .glasses: GlassesLog(every: interval)
    case .ganlab: GANLabLog()
    }
  }
}
