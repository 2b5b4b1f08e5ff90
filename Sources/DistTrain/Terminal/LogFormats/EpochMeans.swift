/// Means of a step's numbers over those steps of an epoch that have them, every step counting the same.
struct EpochMeans: Sendable {
  private(set) var steps = 0
  private(set) var last: LoggedStep?
  private var sums: [(total: Double, count: Int)] = []
  private let numbers: @Sendable (TrainingStatus) -> [Double?]

  /// - Parameter numbers: of which means are wanted; nil for one that a step lacks.
  init(of numbers: @escaping @Sendable (TrainingStatus) -> [Double?]) { self.numbers = numbers }

  mutating func add(_ step: LoggedStep) {
    let values = numbers(step.status)
    if steps == 0 { sums = Array(repeating: (0, 0), count: values.count) }
    for (place, value) in values.enumerated() {
      guard let value else { continue }
      sums[place].total += value
      sums[place].count += 1
    }
    steps += 1
    last = step
  }

  /// The means since the last call, nil for what no step had.
  mutating func take() -> [Double?] {
    let means = sums.map { $0.count > 0 ? $0.total / Double($0.count) : nil }
    (steps, sums, last) = (0, [], nil)
    return means
  }

  /// Says of how many steps the means are, where that is not the whole epoch: the run began or ended within it.
  var remark: String {
    guard let last, steps != last.stepsOfEpoch else { return "" }
    return " (means of \(steps) of \(last.stepsOfEpoch) steps)"
  }
}
