import Foundation
import Testing

extension CommandLineTests.FaultTests {
  private static let limit = 3

  /// A rank that no longer answers, a hub of the watchdog or not, ends the job with a report, though MPI would wait for it
  /// for ever.
  @Test func hangingRank() async throws {
    let run = try await FaultRun(Self.longConfiguration, steps: Self.longSteps)
    await Part.hangingRank.trials(short: 3, long: 20) { trial in
      let ranks = trial.choice([2, 4, 8])
      let victim = trial.number < 3 ? trial.number - 1 : trial.number(0...ranks - 1)
      let out = trial.name

      let job = try run.start(out, ranks: ranks)
      #expect(try await run.waits(for: .step(trial.number(1...20), delay: .zero), of: job, out, ranks: ranks))
      let process = try #require(RankProcess.all(in: run.place).first { $0.rank == victim })
      let start = ContinuousClock.now
      kill(process.pid, SIGSTOP)
      let outcome = await job.outcome()
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      #expect(outcome.code == 70, "\(outcome.text)")
      #expect(outcome.messages.count == 1, "\(outcome.text)")
      #expect(
        outcome.errors.contains("error: rank \(victim) (")
          && outcome.errors.contains("has not answered for \(Self.limit) s"), "\(outcome.text)")
      #expect(outcome.errors.contains(#/last heard of in step \d+, /#), "\(outcome.text)")
      #expect(outcome.errors.contains(#/rank.*: in step \d+, (exchanging|waiting for) /#), "who waits: \(outcome.text)")
      // At most 2 s more than the limit, and 4 more for a machine that runs other tests beside this one.
      #expect(seconds < Double(Self.limit) + 6, "the job took \(seconds) s to end")
      try await run.expectNoRankLeft(within: 1)
      try run.expectNothingTorn(out)
      try await run.expectReferenceEnd(out, ranks: 2)
    }
  }

  /// All of it stands still for longer than the limit, as on a laptop that was closed: that is nobody's silence.
  @Test func suspendedJob() async throws {
    let run = try await FaultRun(Self.longConfiguration, steps: Self.longSteps)
    let job = try run.start("runs", ranks: 2)
    #expect(try await run.waits(for: .step(5, delay: .zero), of: job, "runs", ranks: 2))
    let processes = RankProcess.all(in: run.place)
    for process in processes { kill(process.pid, SIGSTOP) }
    try await Task.sleep(for: .seconds(Self.limit + 3))
    for process in processes { kill(process.pid, SIGCONT) }
    let outcome = await job.outcome()
    #expect(outcome.code == 0, "\(outcome.text)")
    #expect(try await run.place.tensorHash(out: "runs", step: run.steps) == run.reference)
  }

  private static let longSteps = 200

  private static let longConfiguration =
    FaultRun.configuration.replacingOccurrences(of: "steps: \(FaultRun.steps)", with: "steps: \(longSteps)")
    + "watchdog: \(limit)\n"
}
