/// How a sum is cut into runs: each run is one chain of additions from zero, and the runs' sums are added in order.
package struct Runs: Sendable {
  /// Terms of a run, and the number of terms after which a new run begins in any case.
  private let length: Int
  private let period: Int

  package init(of length: Int = .max, within period: Int = .max) {
    self.length = length
    self.period = period
  }

  /// The same runs, with a new one after every `period` terms.
  func within(_ period: Int) -> Runs { Runs(of: length, within: period) }

  /// Terms from the one at `index` to the end of its run.
  func left(from index: Int) -> Int {
    let place = index % period
    return min(length - place % length, period - place)
  }
}

/// The variance of the roundings in a sum of products, followed term by term through `Runs`, in units of
/// `RoundingModel`.
package struct SummedProducts {
  /// Variance of all roundings so far, in units of `RoundingModel.meanSquare`.
  package private(set) var loss = 0.0
  /// Terms of the longest run, and the number of runs.
  private(set) var longestRun = 0
  private(set) var runCount = 0

  private let runs: Runs
  private let isFused: Bool
  private let addsRuns: Bool
  /// Variances of the sum over finished runs and over the current run.
  private var finished: Double
  private var current = 0.0
  private var terms = 0
  private var index = 0

  /// - Parameters:
  ///   - isFused: whether a multiply-add is rounded once.
  ///   - addsRuns: whether the runs' sums are added here; otherwise they are used separately.
  ///   - start: variance of the value that the first run's sum is added to.
  package init(_ runs: Runs = Runs(), isFused: Bool, addsRuns: Bool = true, onto start: Double = 0) {
    self.runs = runs
    self.isFused = isFused
    self.addsRuns = addsRuns
    finished = start
  }

  /// Adds the next `count` products, each of this variance. Those of variance 0 are zeros, and exact.
  package mutating func append(_ variance: Double, count: Int) {
    var left = count
    while left > 0 {
      let here = runs.left(from: index)
      let count = min(left, here)
      if variance > 0 {
        let n = Double(count)
        loss += n * current + variance * n * (n + 1) / 2
        // Without fusion each product is rounded too, except the first of a run, whose rounding is counted above.
        if !isFused { loss += variance * (current > 0 ? n : n - 1) }
        current += n * variance
      }
      terms += count
      index += count
      left -= count
      if count == here { endRun() }
    }
  }

  /// Ends the current run. Must be called after the last term.
  package mutating func endRun() {
    guard terms > 0 else { return }
    if addsRuns, finished > 0, current > 0 { loss += finished + current }
    longestRun = max(longestRun, terms)
    runCount += 1
    finished += current
    (current, terms) = (0, 0)
  }
}
