import Cluster
import Reporting

/// The time of the steps since the last log line by part, on this rank.
package struct StepClock {
  package private(set) var steps = 0
  package private(set) var total = 0.0
  package private(set) var data = 0.0
  package private(set) var exchange = 0.0
  private var images = 0
  private let job: any Job
  private let now: () -> ContinuousClock.Instant
  private var exchangeBefore = 0.0

  package init(_ job: any Job, now: @escaping () -> ContinuousClock.Instant = { .now }) {
    self.job = job
    self.now = now
    reset()
  }

  package mutating func reset() {
    (steps, total, data, exchange, images) = (0, 0, 0, 0, 0)
    exchangeBefore = job.secondsExchanging
  }

  /// Of this rank's steps so far.
  package var imagesPerSecond: Double { total > 0 ? Double(images) / total : 0 }

  /// Measures one step, which calls `loading` for its share of data.
  package mutating func measure<Result>(images: Int, step: (inout StepClock) throws -> Result) rethrows -> Result {
    let start = now()
    let result = try step(&self)
    total += (now() - start) / .seconds(1)
    exchange = job.secondsExchanging - exchangeBefore
    steps += 1
    self.images += images
    return result
  }

  /// Measures the loading of images within a step.
  package mutating func loading(_ load: () -> Void) {
    let start = now()
    load()
    data += (now() - start) / .seconds(1)
  }

  /// Means per step over the interval, and their spread over ranks. Collective.
  package func summary() throws -> (imagesPerSecond: Double, times: StepTimes) {
    let count = Double(max(1, steps))
    let own = [total, max(0, total - data - exchange), exchange, data].map { $0 / count }
    let all = try job.allGather(own)
    func spread(_ part: Int) -> StepTimes.Spread {
      let values = all.map { $0[part] }.sorted()
      let slowest = all.count > 1 ? all.firstIndex { $0[part] == values.last! } : nil
      return StepTimes.Spread(
        min: values.first!, median: values[values.count / 2], max: values.last!, rank: slowest)
    }
    let slowest = all.map { $0[0] }.max()!
    return (
      Double(images) / count / slowest,
      StepTimes(perStep: slowest, compute: spread(1), exchange: spread(2), data: spread(3))
    )
  }
}
