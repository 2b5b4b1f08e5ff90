/// How a sum is cut: terms in order in chains from zero, the chains' sums added in order.
package struct Runs: Sendable {
  /// Terms of a chain, and after how many the count begins anew.
  private let length: Int
  private let period: Int

  package init(of length: Int = .max, within period: Int = .max) {
    self.length = length
    self.period = period
  }

  /// The same, counted anew after so many terms.
  func within(_ period: Int) -> Runs { Runs(of: length, within: period) }

  /// Terms from the one at `index` to the end of its run.
  func left(from index: Int) -> Int {
    let place = index % period
    return min(length - place % length, period - place)
  }
}

/// A sum of products on its way through `Runs`, in the figures of `RoundingModel`: variances of what is rounded.
package struct SummedProducts {
  /// Variance of all roundings so far, in units of `RoundingModel.meanSquare`.
  package private(set) var loss = 0.0
  /// Terms of the longest run, and how many runs there are.
  private(set) var longestRun = 0
  private(set) var runCount = 0

  private let runs: Runs
  private let isFused: Bool
  private let addsRuns: Bool
  /// Variances of the sum over finished runs and over the current one, whose terms are counted.
  private var finished: Double
  private var current = 0.0
  private var terms = 0
  private var index = 0

  /// - Parameters:
  ///   - isFused: whether a multiply-add is rounded once.
  ///   - addsRuns: whether the runs' sums are what is added; else each goes its own way.
  ///   - start: variance of what the first run's sum is added to.
  package init(_ runs: Runs = Runs(), isFused: Bool, addsRuns: Bool = true, onto start: Double = 0) {
    self.runs = runs
    self.isFused = isFused
    self.addsRuns = addsRuns
    finished = start
  }

  /// The next `count` products, each of this variance; those of variance 0 are zeros, and exact.
  package mutating func append(_ variance: Double, count: Int) {
    var left = count
    while left > 0 {
      let here = runs.left(from: index)
      let count = min(left, here)
      if variance > 0 {
        let n = Double(count)
        loss += n * current + variance * n * (n + 1) / 2
        // A product is rounded of its own, but is not rounded again when it is added to nothing.
        if !isFused { loss += variance * (current > 0 ? n : n - 1) }
        current += n * variance
      }
      terms += count
      index += count
      left -= count
      if count == here { endRun() }
    }
  }

  /// To be called behind the last term.
  package mutating func endRun() {
    guard terms > 0 else { return }
    if addsRuns, finished > 0, current > 0 { loss += finished + current }
    longestRun = max(longestRun, terms)
    runCount += 1
    finished += current
    (current, terms) = (0, 0)
  }
}

extension Kernels {
  /// Whether a multiply-add of these kernels is rounded once.
  package var isFused: Bool { instructionSet.hasFusedMultiplyAdd }
}
