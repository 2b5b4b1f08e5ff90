/// One line of `metrics.jsonl`: the state after `step`, and how fast it came since the last line.
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

  package var step: Int
  package var epoch: Int
  /// Real images that D has seen since the run began.
  package var images: Int
  package var lossD: Double
  package var lossG: Double
  /// D(x): D's mean probability that real images are real.
  package var probabilityReal: Double
  /// D(G(z)) before D's update: the same of generated images.
  package var probabilityFakeBefore: Double
  /// D(G(z)) after D's update.
  package var probabilityFakeAfter: Double
  package var imagesPerSecond: Double
  /// Of the slowest rank, mean since the last line.
  package var secondsPerStep: Double
  package var secondsCompute: Spread
  package var secondsExchange: Spread
  package var secondsData: Spread

  package init(
    step: Int, epoch: Int, images: Int, lossD: Double, lossG: Double, probabilityReal: Double,
    probabilityFakeBefore: Double, probabilityFakeAfter: Double, imagesPerSecond: Double, secondsPerStep: Double,
    secondsCompute: Spread, secondsExchange: Spread, secondsData: Spread
  ) {
    self.step = step
    self.epoch = epoch
    self.images = images
    self.lossD = lossD
    self.lossG = lossG
    self.probabilityReal = probabilityReal
    self.probabilityFakeBefore = probabilityFakeBefore
    self.probabilityFakeAfter = probabilityFakeAfter
    self.imagesPerSecond = imagesPerSecond
    self.secondsPerStep = secondsPerStep
    self.secondsCompute = secondsCompute
    self.secondsExchange = secondsExchange
    self.secondsData = secondsData
  }

  /// One JSON object without a newline; a number that is not finite, which JSON lacks, becomes null.
  package var json: String {
    let fields: [(String, String)] = [
      ("step", "\(step)"), ("epoch", "\(epoch)"), ("images", "\(images)"),
      ("lossD", number(lossD)), ("lossG", number(lossG)),
      ("Dx", number(probabilityReal)), ("DGz1", number(probabilityFakeBefore)), ("DGz2", number(probabilityFakeAfter)),
      ("imagesPerSecond", number(imagesPerSecond)), ("secondsPerStep", number(secondsPerStep)),
      ("secondsCompute", object(secondsCompute)), ("secondsExchange", object(secondsExchange)),
      ("secondsData", object(secondsData)),
    ]
    return "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }

  private func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }

  private func object(_ spread: Spread) -> String {
    "{\"min\": \(number(spread.min)), \"median\": \(number(spread.median)), \"max\": \(number(spread.max))}"
  }
}
