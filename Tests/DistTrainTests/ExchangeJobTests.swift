import DistTrain
import Foundation
import Testing

/// What the ranks of a job tell each other before and around the training.
@Suite struct ExchangeJobTests {
  @Test(arguments: [
    ("0", 1), ("0-3", 4), ("0-3,8", 5), ("0-1,4-7,10", 7), ("3,5,9", 3), ("16-31", 16), ("", 0),
    ("nonsense", 0),
  ])
  func coresOfAList(list: String, count: Int) {
    #expect(Processors.count(in: list) == count)
  }

  /// The kernel's list names as many cores as the scheduler's mask, which Foundation counts.
  @Test func coresOfThisProcess() {
    #expect(Processors.count(in: Processors.allowedList) == ProcessInfo.processInfo.activeProcessorCount)
  }

  @Test func ranksThatShareCoresShareThreads() throws {
    let cores = Processors.count(in: Processors.allowedList)
    for ranks in [1, 2, 3, 64] {
      let threads = try ThreadRank.run(ranks) { try Processors.automaticThreads($0) }.map { try $0.get() }
      #expect(threads == Array(repeating: max(1, cores / ranks), count: ranks))
    }
    let apart = ThreadRank.run(2, hosts: ["a", "b"]) { try Processors.automaticThreads($0) }
    #expect(try apart.map { try $0.get() } == [cores, cores])
  }

  @Test func ranksThatAgreeGoOn() throws {
    for result in ThreadRank.run(3, { try Agreement.check([("seed", "1", "advice"), ("name", "a", "b")], job: $0) }) {
      try result.get()
    }
  }

  @Test func ranksThatDifferAreNamed() throws {
    let hosts = ["node1", "node1", "node2", "node2", "node2", "node3", "node3"]
    let results = ThreadRank.run(7, hosts: hosts) { job in
      try Agreement.check(
        [
          ("the configuration", job.rank == 2 ? "bbb" : "aaa", "Give every rank the same."),
          ("the seed", "7", "Unused."),
          ("the program", job.rank < 2 ? "old" : "new", "Install the same."),
        ], job: job)
    }
    let expected = """
      the ranks do not agree:
        the configuration:
          aaa on ranks 0 (node1), 1 (node1), 3 (node2), 4 (node2) and 2 more
          bbb on rank 2 (node2)
          Give every rank the same.
        the program:
          new on ranks 2 (node2), 3 (node2), 4 (node2), 5 (node3) and 1 more
          old on ranks 0 (node1), 1 (node1)
          Install the same.
      """
    for result in results {
      let error = #expect(throws: AgreedError.self) { try result.get() }
      #expect(error?.message == expected && error?.code == .usage)
    }
  }

  @Test func anErrorOfOneRankIsEveryRanks() throws {
    let results = ThreadRank.run(4) { job in
      let fails = job.rank == 1 || job.rank == 3
      try job.agree(on: fails ? UserFacingError(code: .badData, message: "rank \(job.rank) says:\nno") : nil)
    }
    for result in results {
      let error = #expect(throws: AgreedError.self) { try result.get() }
      #expect(error?.error == UserFacingError(code: .badData, message: "rank 1 says:\nno"))
    }
  }

  @Test func rank0sErrorIsEveryRanks() throws {
    let results = ThreadRank.run(3) { job in
      try job.onFirst { throw UserFacingError(code: .inputOutput, message: "disk full") }
    }
    for result in results {
      #expect(throws: AgreedError.self) { try result.get() }
      if case .failure(let error) = result { #expect(UserFacingError(error).code == .inputOutput) }
    }
    let ran = ThreadRank.run(3) { job in
      var count = 0
      try job.onFirst { count += 1 }
      return count
    }
    #expect(try ran.map { try $0.get() } == [1, 0, 0])
  }

  /// 20 ms of data, 60 ms of work of which 25 ms are exchange; the second rank takes twice as long.
  @Test func theTimeOfAStep() throws {
    let summaries = ThreadRank.run(2) { job in
      job.secondsExchanging = 100  // before the clock
      var clock = StepClock(job)
      for _ in 0..<2 {
        let result = clock.measure(images: 16) { clock in
          clock.loading { usleep(20_000) }
          usleep(60_000 * UInt32(job.rank + 1))
          job.secondsExchanging += 0.025
          return 5
        }
        precondition(result == 5)
      }
      precondition(clock.steps == 2)
      return try clock.summary()
    }
    for summary in try summaries.map({ try $0.get() }) {
      #expect((0.14..<0.5).contains(summary.secondsPerStep), "the slowest rank")
      #expect(abs(summary.imagesPerSecond - 16 / summary.secondsPerStep) < 1e-9)
      let parts = summary.parts
      #expect(abs(parts.exchange.min - 0.025) < 1e-9 && abs(parts.exchange.max - 0.025) < 1e-9)
      #expect(parts.data.min >= 0.02 && parts.data.max < 0.2)
      #expect((0.034..<0.09).contains(parts.compute.min) && parts.compute.max >= 0.094)
      #expect(parts.compute.max + parts.exchange.max + parts.data.min <= summary.secondsPerStep + 0.02)
    }
  }

  @Test func aClockBeginsAnew() throws {
    let job = SingleProcess()
    var clock = StepClock(job)
    clock.measure(images: 4) { clock in
      clock.loading { usleep(1000) }
    }
    clock.reset()
    #expect(clock.steps == 0 && clock.total == 0 && clock.data == 0)
    clock.measure(images: 4) { _ in _ = usleep(1000) }
    #expect(clock.steps == 1 && clock.total >= 0.001)
  }
}
