/// Means of metrics over those steps of an epoch that have them, every step counting the same.
struct EpochMeans: Sendable {
  private(set) var steps = 0
  private(set) var last: LoggedStep?
  private var sums: [Metric: (total: Double, count: Int)] = [:]
  private let metrics: [Metric]

  init(of metrics: [Metric]) { self.metrics = metrics }

  package mutating func add(_ step: LoggedStep) {
    for metric in metrics {
      guard let value = step.measured[metric] else { continue }
      sums[metric, default: (0, 0)].total += value
      sums[metric, default: (0, 0)].count += 1
    }
    steps += 1
    last = step
  }

  /// The means since the last call, of each metric that a step had.
  mutating func take() -> [Metric: Double] {
    let means = sums.mapValues { $0.total / Double($0.count) }
    (steps, sums, last) = (0, [:], nil)
    return means
  }

  /// Gives the number of steps of the means, if that is not the whole epoch: the run began or ended within it.
  var remark: String {
    guard let last, steps != last.stepsOfEpoch else { return "" }
    return " (means of \(steps) of \(last.stepsOfEpoch) steps)"
  }
}
