import DistTrain
import Testing

@Suite struct StragglersTests {
  private static let even = StepTimes.Spread(min: 0.1, median: 0.1, max: 0.12, rank: 1)
  private static let late = StepTimes.Spread(min: 0.4, median: 0.41, max: 0.8, rank: 2)

  @Test func namesTheSlowestRankNowAndThen() throws {
    var stragglers = Stragglers(hosts: ["a", "a", "b", "b"])
    #expect(stragglers.line(StepTimes(perStep: 1, compute: Self.even, exchange: Self.late, data: Self.even)) == nil)
    let named = stragglers.line(StepTimes(perStep: 1, compute: Self.late, exchange: Self.even, data: Self.even))
    let line = try #require(named)
    #expect(
      line.hasPrefix("rank 2 (b) holds the others up, computing.")
        && line.contains("computing 0.400 0.410 0.800 (rank 2), exchange 0.100 0.100 0.120 (rank 1)"), "\(line)")
    let later = (0..<40).map { _ in
      stragglers.line(StepTimes(perStep: 1, compute: Self.late, exchange: Self.even, data: Self.even)) != nil
    }
    #expect(later.filter { $0 }.count == 2, "not at every line")
    var other = Self.late
    other.rank = 3
    let next = stragglers.line(StepTimes(perStep: 1, compute: other, exchange: Self.even, data: Self.even))
    #expect(next?.hasPrefix("rank 3 (b)") == true, "another rank is news")
    let data = stragglers.line(StepTimes(perStep: 1, compute: Self.even, exchange: Self.even, data: Self.late))
    #expect(data?.contains("loading images") == true)
  }

  /// The slower of two ranks is the median itself.
  @Test func ofTwoRanks() {
    let compute = StepTimes.Spread(min: 0.3, median: 0.6, max: 0.6, rank: 0)
    var two = Stragglers(hosts: ["a", "b"])
    #expect(two.line(StepTimes(perStep: 0.7, compute: compute, exchange: Self.even, data: Self.even)) != nil)
    var one = Stragglers(hosts: ["a"])
    #expect(one.line(StepTimes(perStep: 0.7, compute: compute, exchange: Self.even, data: Self.even)) == nil)
  }
}
