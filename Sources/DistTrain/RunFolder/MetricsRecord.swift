/// One line of `metrics.jsonl`: the state after a step, and how fast it came since the last line.
package struct MetricsRecord: Equatable, Sendable {
  /// A time over the ranks, in seconds.
  package struct Spread: Equatable, Sendable {
    package var min: Double
    package var median: Double
    package var max: Double
    /// Whose is the most, where there are several ranks.
    package var rank: Int?

    package init(min: Double, median: Double, max: Double, rank: Int? = nil) {
      self.min = min
      self.median = median
      self.max = max
      self.rank = rank
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

  /// The plain numbers in the order of the line; what was not measured is not there.
  var numbers: [(key: String, value: Double)] {
    let accuracies = status.accuracies
    let always = [
      ("step", Double(status.step)), ("epoch", Double(status.epoch)), ("images", Double(images)),
      ("lossD", status.lossD), ("lossG", status.lossG), ("Dx", status.probabilityReal),
      ("DGz1", status.probabilityFakeBefore), ("DGz2", status.probabilityFakeAfter),
      ("imagesPerSecond", status.imagesPerSecond), ("secondsPerStep", secondsPerStep),
    ]
    let measured = [
      ("lossReal", status.lossReal), ("lossFake", status.lossFake), ("lossHeldOut", status.lossHeldOut),
      ("accuracyReal", accuracies.real), ("accuracyFake", accuracies.fake), ("accuracyHeldOut", accuracies.heldOut),
      ("accuracyGenerator", accuracies.generator), ("penalty", status.penalty), ("gradientNorm", status.gradientNorm),
      ("slicedWasserstein", status.quality?.value(of: .slicedWasserstein)),
    ]
    return always + measured.compactMap { key, value in value.map { (key, $0) } }
  }

  /// One JSON object without a newline; a number that is not finite, which JSON lacks, becomes null.
  package var json: String {
    let whole: Set = ["step", "epoch", "images"]
    let fields =
      numbers.map { ($0.key, whole.contains($0.key) ? "\(Int($0.value))" : number($0.value)) } + [
        ("secondsCompute", object(secondsCompute)), ("secondsExchange", object(secondsExchange)),
        ("secondsData", object(secondsData)),
      ]
    return "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }

  private func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }

  private func object(_ spread: Spread) -> String {
    let numbers = [("min", spread.min), ("median", spread.median), ("max", spread.max)]
    let fields =
      numbers.map { "\"\($0)\": \(number($1))" } + (spread.rank.map { ["\"rank\": \($0)"] } ?? [])
    return "{\(fields.joined(separator: ", "))}"
  }
}
