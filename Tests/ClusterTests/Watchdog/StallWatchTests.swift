import Cluster
import Reporting
import Testing

/// Ranks that answer and do not get on.
@Suite struct StallWatchTests {
  private static func states(_ changes: Int...) -> [Activity.Snapshot] {
    changes.map { Activity.Snapshot(step: 5, operation: .checkpoint, changes: $0) }
  }

  /// Said after the limit, then after twice as long; not again after something has moved, however little.
  @Test func lessAndLessOften() {
    var watch = StallWatch(limit: 10)
    var said: [Double] = []
    for _ in 0..<100 {
      if let seconds = watch.look(Self.states(3, 4), after: 0.5) { said.append(seconds) }
    }
    #expect(said == [10, 20, 40])

    for _ in 0..<159 { #expect(watch.look(Self.states(3, 5), after: 0.5) == nil) }
    #expect(watch.look(Self.states(3, 6), after: 0.5) == nil)
    for _ in 0..<159 { #expect(watch.look(Self.states(3, 6), after: 0.5) == nil) }
    #expect(watch.look(Self.states(3, 6), after: 0.5) == 80)
  }

  @Test func text() {
    func rank(_ rank: Int, _ operation: Activity.Operation) -> HangReport.Rank {
      HangReport.Rank(
        rank: rank, host: "node", process: 1, state: Activity.Snapshot(step: 5, operation: operation, changes: 0))
    }
    let ranks = [rank(0, .checkpoint), rank(1, .agreement), rank(2, .agreement)]
    #expect(
      HangReport.stall(ranks, seconds: 61) == """
        no rank has made progress for 1 min:
          rank 0: in step 5, writing a checkpoint
          ranks 1, 2: in step 5, waiting for all ranks
          if one of them reads or writes, its file system may hang; the job waits
        """)
  }
}
