import Cluster
import ClusterTestSupport
import DistTrain
import Testing

/// Where the time of the steps went, by a clock that these tests turn.
@Suite struct StepClockTests {
  private final class TurnedClock {
    private(set) var now = ContinuousClock.now
    func pass(milliseconds: Int) { now += .milliseconds(milliseconds) }
  }

  /// Two steps: 20 and 40 ms of data, 60 ms of work on the first rank and 120 on the second, 25 of them exchange.
  @Test func theTimeOfAStep() throws {
    let summaries = ThreadRank.run(2) { job in
      job.secondsExchanging = 100  // before the clock
      let time = TurnedClock()
      var clock = StepClock(job) { time.now }
      for step in 1...2 {
        let result = clock.measure(images: 16) { clock in
          clock.loading { time.pass(milliseconds: 20 * step) }
          time.pass(milliseconds: 60 * (job.rank + 1))
          job.secondsExchanging += 0.025
          return 5
        }
        precondition(result == 5)
      }
      precondition(clock.steps == 2)
      return try clock.summary()
    }
    for summary in try summaries.map({ try $0.get() }) {
      #expect(isNear(summary.times.perStep, 0.15), "the slowest rank: 30 and 120 ms")
      #expect(isNear(summary.imagesPerSecond, 16 / 0.15))
      expect(summary.times.data, min: 0.03, max: 0.03)
      expect(summary.times.exchange, min: 0.025, max: 0.025)
      expect(summary.times.compute, min: 0.035, max: 0.095)
      #expect(summary.times.compute.rank == 1)
    }
  }

  @Test func aClockBeginsAnew() throws {
    let (job, time) = (SingleProcess(), TurnedClock())
    var clock = StepClock(job) { time.now }
    clock.measure(images: 4) { clock in
      clock.loading { time.pass(milliseconds: 3) }
    }
    #expect(isNear(clock.total, 0.003) && isNear(clock.data, 0.003) && isNear(clock.imagesPerSecond, 4 / 0.003))
    clock.reset()
    #expect(clock.steps == 0 && clock.total == 0 && clock.data == 0 && clock.imagesPerSecond == 0)
    clock.measure(images: 4) { _ in time.pass(milliseconds: 5) }
    #expect(clock.steps == 1 && isNear(clock.total, 0.005) && clock.data == 0)
  }

  /// Up to 16 roundings, of seconds that the exchange's clock counts from 100.
  private func isNear(_ found: Double, _ wanted: Double) -> Bool {
    abs(found - wanted) <= 16 * 0x1p-53 * max(100, wanted)
  }

  private func expect(
    _ spread: StepTimes.Spread, min: Double, max: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(isNear(spread.min, min) && isNear(spread.max, max), "\(spread)", sourceLocation: sourceLocation)
  }
}
