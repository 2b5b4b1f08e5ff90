import GAN

/// The measurements of a training run after `step` steps.
package struct StepMeasurements: Sendable {
  package var step: Int
  /// Whole epochs done.
  package var epoch: Int
  /// Real images that D has seen since the run began.
  package var images: Int
  /// Losses and scores of the step; if the log recomputes losses, those of D and G are of both networks after the step.
  package var report: StepReport
  /// Of D on the held-out images; nil within an epoch.
  package var heldOut: (loss: Double, accuracy: Double)?
  /// Of the model, before a checkpoint that needs it.
  package var quality: ModelQuality?
  /// Since the last line of the log: of this rank alone, and in a line itself of the slowest rank.
  package var imagesPerSecond: Double
  /// In a line of the log.
  package var times: StepTimes?

  package init(step: Int, epoch: Int, images: Int, report: StepReport, imagesPerSecond: Double) {
    self.step = step
    self.epoch = epoch
    self.images = images
    self.report = report
    self.imagesPerSecond = imagesPerSecond
  }

  /// A metric that is one number; nil if it was not measured.
  package subscript(metric: Metric) -> Double? {
    switch metric.declaration.value {
    case .whole(let value): value(self).map(Double.init)
    case .number(let value): value(self)
    case .overRanks: nil
    }
  }
}

/// The time of a step by part: means since the last line of the log.
package struct StepTimes: Equatable, Sendable {
  /// Seconds of a step on the slowest rank.
  package var perStep: Double
  package var compute: Spread
  package var exchange: Spread
  package var data: Spread

  package init(perStep: Double, compute: Spread, exchange: Spread, data: Spread) {
    self.perStep = perStep
    self.compute = compute
    self.exchange = exchange
    self.data = data
  }

  /// A time over the ranks, in seconds.
  package struct Spread: Equatable, Sendable {
    package var min: Double
    package var median: Double
    package var max: Double
    /// The slowest rank, if there are several.
    package var rank: Int?

    package init(min: Double, median: Double, max: Double, rank: Int? = nil) {
      self.min = min
      self.median = median
      self.max = max
      self.rank = rank
    }
  }
}
