import Foundation
import Reporting
import Testing

extension FaultTests {
  /// Seconds: many times what eight ranks need to come together, also beside other jobs.
  private static let limit = 12

  /// A rank that no longer answers, a hub of the watchdog or not, ends the job with a report, though MPI would wait for it
  /// for ever.
  @Test func hangingRank() async throws {
    await Part.hangingRank.trials(short: 3, long: 20, atOnce: true) { trial in
      let run = try FaultRun(endlessWith: Self.watchdog)
      let ranks = trial.choice([2, 4, 8])
      let victim = trial.number < 3 ? trial.number - 1 : trial.number(0...ranks - 1)
      let out = trial.name

      let job = try run.start(out, ranks: ranks)
      let moment = Moment.step(trial.number(1...20), delay: Self.pause)
      #expect(try await run.waits(for: moment, of: job, out, ranks: ranks))
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
      trial.expect("end of the job", after: seconds, promised: Double(Self.limit) + 2)
      try await run.expectNoRankLeft(within: 1, &trial)
      try await run.expectContinuation(out, ranks: 2)
    }
  }

  /// A rank that never comes to MPI's beginning, where the others wait for it and no watchdog is yet.
  @Test func missingRank() async throws {
    let place = try Workplace(Workplace.configuration + "watchdog: 2\n")
    let script = #"[ "$OMPI_COMM_WORLD_RANK" = 1 ] && exec sleep 1000; exec "$@""#
    let program = [Program.path, "run.yaml", "--out", "runs"]
    let command = ["mpirun", "--oversubscribe", "-np", "3", "sh", "-c", script, "sh"] + program
    let outcome = try await place.start(command: command).outcome()
    #expect(outcome.code == 70 && outcome.messages.count == 1, "\(outcome.text)")
    #expect(outcome.errors.contains("not come together within 2 s"), "\(outcome.text)")
    #expect(!place.exists("runs/run"), "nothing has begun")
  }

  /// Both take as long as the watchdog's patience, and one of them computes nothing meanwhile.
  @Test func hangingHubsAndASuspendedJob() async throws {
    async let hubs: Void = Self.hangingHubs()
    async let suspended: Void = Self.suspendedJob()
    _ = try await (hubs, suspended)
  }

  /// Both ranks that hear the others hang: one of the others says so.
  private static func hangingHubs() async throws {
    let run = try FaultRun(endlessWith: Self.watchdog)
    let job = try run.start("runs", ranks: 4)
    #expect(try await run.waits(for: .step(5, delay: Self.pause), of: job, "runs", ranks: 4))
    for process in RankProcess.all(in: run.place) where process.rank < 2 { kill(process.pid, SIGSTOP) }
    let outcome = await job.outcome()
    #expect(outcome.code == 70 && outcome.messages.count == 1, "\(outcome.text)")
    for rank in 0..<2 { #expect(outcome.errors.contains("rank \(rank) ("), "\(outcome.text)") }
    #expect(outcome.errors.contains("has not answered for \(Self.limit) s"), "\(outcome.text)")
    try await run.expectContinuation("runs", ranks: nil)
  }

  /// All of it stands still for longer than the limit, as on a laptop that was closed: that is nobody's silence.
  private static func suspendedJob() async throws {
    let run = try FaultRun(endlessWith: Self.watchdog)
    let job = try run.start("runs", ranks: 2)
    #expect(try await run.waits(for: .step(5, delay: Self.pause), of: job, "runs", ranks: 2))
    let processes = RankProcess.all(in: run.place)
    for process in processes { kill(process.pid, SIGSTOP) }
    let before = try #require(try run.place.loggedSteps(out: "runs").last)
    try await Task.sleep(for: .seconds(Self.limit + 3))
    for process in processes { kill(process.pid, SIGCONT) }
    #expect(try await run.waits(for: .step(before + 20, delay: .zero), of: job, "runs", ranks: 2))
    job.send(SIGUSR1)
    let outcome = await job.outcome()
    #expect(outcome.code == 75 && outcome.messages.isEmpty, "\(outcome.text)")
    try await run.expectContinuation("runs", ranks: nil)
  }

  /// A file that takes its time to reach the disk: all ranks still answer, so it is said and waited for.
  @Test(.tracing) func slowDisk() async throws {
    let run = try await FaultRun(FaultRun.configuration + "watchdog: 6\n")
    let program = [Program.path, "run.yaml", "--out", "runs"]
    let delay = "inject=fsync:delay_enter=13000000:when=1"
    // The main thread's: a checkpoint is waited for elsewhere (`CheckpointCommitTests`).
    let slow = ["strace", "-o", "/dev/null", "-e", "trace=fsync", "-e", delay]
    let command = ["mpirun", "--oversubscribe", "-np", "1"] + slow + program + [":", "-np", "1"] + program
    let outcome = try await run.place.start(command: command).outcome()
    #expect(outcome.code == 0, "\(outcome.text)")
    let note = #/note: no rank has made progress for \d+ s:\n  rank 0: .*\n  rank 1: waiting for all ranks\n/#
    #expect(outcome.errors.contains(note), "\(outcome.text)")
    #expect(try await run.place.tensorHash(out: "runs", step: run.steps) == run.reference)
  }

  /// The others know a rank's step by what it said last, and it speaks four times a second.
  private static let pause = Duration.milliseconds(1000)

  private static let watchdog = "watchdog: \(limit)\n"
}
