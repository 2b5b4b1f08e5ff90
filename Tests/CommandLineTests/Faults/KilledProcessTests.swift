import Foundation
import Reporting
import Testing

extension FaultTests {
  /// A rank that is killed ends the job, and a restart comes to the same weights, on the same ranks or on others.
  @Test func killedRank() async throws {
    let run = try await FaultRun()
    await Part.killedRank.trials(short: 6, long: 200) { trial in
      let ranks = trial.choice([4, 8])
      let victim = trial.number(0...ranks - 1)
      let moment = Moment.any(&trial)
      let later = trial.choice([ranks, ranks, nil, 3, 5])
      let out = trial.name

      let job = try run.start(out, ranks: ranks)
      let isInTime = try await run.waits(for: moment, of: job, out, ranks: ranks)
      let process = RankProcess.all(in: run.place).first { $0.rank == victim }
      let isKilled = process.map { kill($0.pid, SIGKILL) == 0 } ?? false
      let struck = ContinuousClock.now
      let isHanging = if case .start = moment { try await mpirunHangs(job, in: run) } else { false }
      let outcome = await job.outcome()
      let seconds = (ContinuousClock.now - struck) / .seconds(1)
      if isInTime && isKilled && outcome.code != 0 {
        #expect(outcome.code == 128 + SIGKILL, "\(outcome.text)")
        if !isHanging { trial.expect("end of mpirun", after: seconds, promised: 3) }
      } else {
        #expect(outcome.code == 0, "the run ended before \(moment): \(outcome.text)")
      }
      try await run.expectNoRankLeft(within: 1, &trial)
      try run.expectNothingTorn(out)
      try await run.expectReferenceEnd(out, ranks: later)
    }
  }

  /// Kills an mpirun that does not end although no rank is left. Open MPI 4.1.4 with PMIx 4.2.2 does so where a rank dies
  /// while it makes itself known: "PMIX ERROR: UNREACHABLE", and mpirun waits for a lock in `PMIx_server_finalize`. All
  /// that a run promises holds then, but for mpirun's own end.
  private func mpirunHangs(_ job: RunningProgram, in run: FaultRun) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(30)
    if try await !job.waits(until: { ContinuousClock.now > end }) { return false }
    let ranks = RankProcess.all(in: run.place)
    #expect(ranks.isEmpty, "neither mpirun nor \(ranks.count) ranks have ended:\n\(job.errors)")
    print("mpirun hangs with no rank left, and is killed:\n\(job.errors)")
    job.send(SIGKILL)
    return true
  }

  /// Without mpirun its ranks end, too, and a new start finds its way beside what mpirun left in memory and on disk.
  @Test func killedMPIRun() async throws {
    let run = try await FaultRun()
    try FileManager.default.createDirectory(at: run.place.file("tmp"), withIntermediateDirectories: true)
    let environment = ["TMPDIR": run.place.file("tmp").path]
    await Part.killedMPIRun.trials(short: 5, long: 50) { trial in
      let ranks = trial.choice([2, 4, 8])
      let moment = Moment.any(&trial)
      let out = trial.name

      let job = try run.start(out, ranks: ranks, environment: environment)
      let isInTime = try await run.waits(for: moment, of: job, out, ranks: ranks)
      let jobs = Set(RankProcess.all(in: run.place).compactMap(\.job))
      job.send(SIGKILL)
      try await run.expectNoRankLeft(within: 2, &trial)
      let outcome = await job.outcome()
      // It may have ended just before.
      let isStruck = isInTime && outcome.code != 0
      #expect(outcome.code == (isStruck ? 128 + SIGKILL : 0), "\(moment): \(outcome.text)")
      if isStruck { #expect(try !run.place.files(in: "tmp").isEmpty, "mpirun could not clean up") }
      try run.expectNothingTorn(out)
      try await run.expectReferenceEnd(out, ranks: ranks, environment: environment)
      for job in jobs { removeSharedMemory(of: job) }
    }
  }

  /// Nobody else removes what a killed mpirun left in /dev/shm.
  private func removeSharedMemory(of job: UInt32) {
    let folder = "/dev/shm/"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.contains(".\(String(job, radix: 16)).") { unlink(folder + name) }
  }
}
