/// One line of `metrics.jsonl`: the state after a step, and how fast it came since the last line.
package struct MetricsRecord: Equatable, Sendable {
  /// A time over the ranks, in seconds.
  package struct Spread: Equatable, Sendable {
    package var min: Double
    package var median: Double
    package var max: Double

    package init(min: Double, median: Double, max: Double) {
      self.min = min
      self.median = median
      self.max = max
    }
  }

  package var status: TrainingStatus
  /// Real images that D has seen since the run began.
  package var images: Int
  /// Of the slowest rank, mean since the last line.
  package var secondsPerStep: Double
  package var secondsCompute: Spread
  package var secondsExchange: Spread
  package var secondsData: Spread

  package init(
    _ status: TrainingStatus, images: Int, secondsPerStep: Double, secondsCompute: Spread, secondsExchange: Spread,
    secondsData: Spread
  ) {
    self.status = status
    self.images = images
    self.secondsPerStep = secondsPerStep
    self.secondsCompute = secondsCompute
    self.secondsExchange = secondsExchange
    self.secondsData = secondsData
  }

  /// One JSON object without a newline; a number that is not finite, which JSON lacks, becomes null.
  package var json: String {
    let optional: [(String, Double?)] = [
      ("lossHeldOut", status.lossHeldOut), ("accuracyHeldOut", status.accuracies.heldOut),
      ("penalty", status.penalty), ("gradientNorm", status.gradientNorm),
    ]
    let fields: [(String, String)] =
      [
        ("step", "\(status.step)"), ("epoch", "\(status.epoch)"), ("images", "\(images)"),
        ("lossD", number(status.lossD)), ("lossG", number(status.lossG)),
        ("Dx", number(status.probabilityReal)), ("DGz1", number(status.probabilityFakeBefore)),
        ("DGz2", number(status.probabilityFakeAfter)),
        ("imagesPerSecond", number(status.imagesPerSecond)), ("secondsPerStep", number(secondsPerStep)),
        ("secondsCompute", object(secondsCompute)), ("secondsExchange", object(secondsExchange)),
        ("secondsData", object(secondsData)),
      ] + optional.compactMap { key, value in value.map { (key, number($0)) } }
    return "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }

  private func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }

  private func object(_ spread: Spread) -> String {
    "{\"min\": \(number(spread.min)), \"median\": \(number(spread.median)), \"max\": \(number(spread.max))}"
  }
}
