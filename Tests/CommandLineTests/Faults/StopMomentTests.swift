import Foundation
import Testing

extension FaultTests {
  /// SIGUSR1 to mpirun at any moment, from the ranks' first on: they agree on a step, and write one checkpoint.
  @Test func stopRequest() async throws {
    let run = try await FaultRun()
    await Part.stopRequest.trials(short: 5, long: 50) { trial in
      let ranks = trial.choice([2, 3, 4, 8])
      let moment = trial.number % 5 == 1 ? Moment.start(delay: .zero) : Moment.any(&trial)
      let later = trial.choice([ranks, nil, 2, 5])
      let out = trial.name

      let job = try run.start(out, ranks: ranks)
      let place = run.place
      // On a busy machine all steps may be over before that is seen.
      let areReady = try await job.waits {
        let processes = RankProcess.all(in: place)
        return processes.count == ranks && processes.allSatisfy { $0.survives(SIGUSR1) }
      }
      let isInTime = try await run.waits(for: moment, of: job, out, ranks: ranks) && areReady
      job.send(SIGUSR1)
      let outcome = await job.outcome()
      if isInTime, outcome.code != 0 {
        let said = outcome.output.split(separator: "\n").filter { $0.contains("stopped on SIGUSR1 after step") }
        #expect(outcome.code == 75 && said.count == 1 && outcome.messages.isEmpty, "\(moment): \(outcome.text)")
        let step = try #require(try run.expectNothingTorn(out).last)
        let told = said.first?.firstRange(of: /after step (\d+)/).map { said[0][$0] }
        #expect(told == "after step \(step)", "\(moment): \(outcome.text)")
        let logged = try run.place.loggedSteps(out: out)
        #expect(logged == Array(1..<step + 1), "the last checkpoint is of the last step")
        let between = try run.expectNothingTorn(out).filter { $0 % FaultRun.checkpointInterval != 0 }
        #expect(between.count <= 1, "one for the stop, the others were due: \(between)")
      } else {
        #expect(outcome.code == 0 && outcome.output.contains("done: "), "\(moment): \(outcome.text)")
      }
      try await run.expectNoRankLeft(within: 1, &trial)
      try await run.expectReferenceEnd(out, ranks: later)
    }
  }

  /// A signal while the configuration is read, long before the program can stop: it waits.
  @Test(.tracing) func stopRequestBeforeTraining() async throws {
    let run = try await FaultRun()
    let strace = ["strace", "-f", "-o", run.place.file("trace").path, "-e", "trace=openat"]
    let delay = ["-e", "inject=openat:delay_enter=2000000:when=1"] + TracedRun.only("run.yaml")
    let job = try run.place.start(command: strace + delay + [Program.path, "run.yaml", "--out", "runs"])
    #expect(
      try await job.waits { job.firstChild.map { RankProcess(pid: $0, rank: 0, job: nil).holds(SIGUSR1) } ?? false })
    kill(try #require(job.firstChild), SIGUSR1)
    let outcome = await job.outcome()
    #expect(outcome.code == 75 && outcome.output.contains("stopped on SIGUSR1 after step"), "\(outcome.text)")
    #expect(try run.place.text("trace").contains("(DELAYED)"), "the signal came while the configuration was read")
    try await run.expectReferenceEnd("runs", ranks: nil)
  }

  /// SIGTERM to mpirun, which ends its ranks within seconds: what stands under its name is whole.
  @Test func terminated() async throws {
    let run = try await FaultRun()
    await Part.terminated.trials(short: 5, long: 50) { trial in
      let ranks = trial.choice([2, 3, 4, 8])
      let moment = Moment.any(&trial)
      let later = trial.choice([ranks, nil, 2, 5])
      let out = trial.name

      let job = try run.start(out, ranks: ranks)
      let isInTime = try await run.waits(for: moment, of: job, out, ranks: ranks)
      let before = try run.expectNothingTorn(out)
      job.send(SIGTERM)
      let outcome = await job.outcome()
      #expect(isInTime || outcome.code == 0, "\(moment): \(outcome.text)")
      try await run.expectNoRankLeft(within: 1, &trial)
      let after = try run.expectNothingTorn(out)
      #expect(after.last ?? 0 >= before.last ?? 0, "checkpoints were of \(before), now of \(after)")
      try await run.expectReferenceEnd(out, ranks: later)
    }
  }
}
