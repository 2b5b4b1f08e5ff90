/// Means of a step's numbers over the steps of an epoch, every step counting the same.
struct EpochMeans: Sendable {
  private(set) var steps = 0
  private(set) var last: LoggedStep?
  private var sums: [Double?]
  private let numbers: @Sendable (TrainingStatus) -> [Double?]

  /// - Parameter numbers: of which means are wanted; one that a step lacks is nil, and so is then its mean.
  init(of numbers: @escaping @Sendable (TrainingStatus) -> [Double?]) {
    self.numbers = numbers
    sums = []
  }

  mutating func add(_ step: LoggedStep) {
    let values = numbers(step.status)
    sums = steps == 0 ? values : zip(sums, values).map { sum, value in sum.flatMap { sum in value.map { sum + $0 } } }
    steps += 1
    last = step
  }

  /// The means since the last call.
  mutating func take() -> [Double?] {
    let means = sums.map { $0.map { $0 / Double(steps) } }
    (steps, sums, last) = (0, [], nil)
    return means
  }

  /// Says of how many steps the means are, where that is not the whole epoch: the run began or ended within it.
  var remark: String {
    guard let last, steps != last.stepsOfEpoch else { return "" }
    return " (means of \(steps) of \(last.stepsOfEpoch) steps)"
  }
}
