import Reporting
import Testing

@Suite struct TimeLeftTests {
  @Test func theFirstStepDoesNotSpoilTheEstimate() {
    var left = TimeLeft(done: 0, now: 0)
    #expect(left.seconds(for: 100) == nil)
    left.record(done: 1, now: 30)
    #expect(left.seconds(for: 100) == 3000)
    left.record(done: 2, now: 31)
    #expect(left.seconds(for: 100) == 100)
  }

  @Test func aPauseMovesItLittle() throws {
    var left = TimeLeft(done: 500, now: 0)
    for step in 1...600 { left.record(done: 500 + step, now: Double(step)) }
    let before = try #require(left.seconds(for: 100))
    left.record(done: 1101, now: 610)  // a checkpoint: ten seconds instead of one
    let after = try #require(left.seconds(for: 100))
    #expect(before == 100 && after > before && after < 105)
  }

  @Test func aSlowerMachineMovesIt() throws {
    var left = TimeLeft(done: 0, now: 0)
    for step in 1...300 { left.record(done: step, now: Double(step)) }
    for step in 1...300 { left.record(done: 300 + step, now: 300 + 3 * Double(step)) }
    let seconds = try #require(left.seconds(for: 100))
    #expect((250...300).contains(seconds), "300 s at the new pace, 200 s by the mean of the run")
  }

  @Test func repeatedReportsChangeNothing() {
    var left = TimeLeft(done: 0, now: 0)
    for time in [1.0, 2, 3] { left.record(done: Int(time), now: time) }
    left.record(done: 3, now: 50)
    left.record(done: 2, now: 60)
    #expect(left.seconds(for: 10) == 10 && left.seconds(for: 0) == 0 && left.seconds(for: -5) == 0)
  }

  @Test(arguments: [
    (0.0, "0 s"), (-3, "0 s"), (0.4, "0 s"), (45, "45 s"), (59.4, "59 s"), (59.6, "1 min"), (187, "3 min"),
    (3569, "59 min"), (3580, "1 h 00 min"), (7500, "2 h 05 min"), (172_000, "47 h 47 min"), (274_000, "3 d 04 h"),
    (.infinity, "a very long time"), (.nan, "a very long time"),
  ])
  func spokenLengths(seconds: Double, expected: String) {
    #expect(spoken(seconds: seconds) == expected)
  }
}
