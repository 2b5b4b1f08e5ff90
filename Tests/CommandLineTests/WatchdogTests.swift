import Foundation
import Testing

extension CommandLineTests {
  /// A rank that no longer answers ends the job with a report, though MPI would wait for it for ever.
  @Suite struct WatchdogTests {
    private static let limit = 3.0

    /// Each of the hubs, and ranks that are none.
    @Test(arguments: [(2, 0), (2, 1), (4, 0), (4, 1), (4, 3)])
    func stoppedRank(ranks: Int, victim: Int) async throws {
      let place = try Workplace()
      let run = try place.start(
        ["run.yaml", "--out", "runs", "--set", "train.steps=1000000", "--set", "watchdog=\(Int(Self.limit))"],
        ranks: ranks)
      #expect(try await run.waits { !((try? place.text("runs/run/metrics.jsonl")) ?? "").isEmpty })
      let processes = RankProcesses.all(in: place)
      #expect(processes.count == ranks)
      let process = try #require(processes[victim])
      let start = ContinuousClock.now
      kill(process, SIGSTOP)
      let outcome = await run.outcome()
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      #expect(outcome.code == 70, "\(outcome.text)")
      #expect(outcome.messages.count == 1, "\(outcome.text)")
      #expect(
        outcome.errors.contains("error: rank \(victim) (") && outcome.errors.contains("has not answered for 3 s"),
        "\(outcome.text)")
      #expect(outcome.errors.contains(#/last heard of in step \d+, /#), "\(outcome.text)")
      #expect(outcome.errors.contains(#/rank.*: in step \d+, (exchanging|waiting for) /#), "who waits in what: \(outcome.text)")
      // The contract says 2 s more than the limit; the second hub leaves the first one a second, and machines are busy.
      #expect(seconds < Self.limit + 8, "\(seconds) s")
      try await Task.sleep(for: .seconds(1))
      #expect(RankProcesses.all(in: place).isEmpty, "no rank is left")

      // A checkpoint that was whole stays so, and the next start goes on.
      let logged = try place.loggedSteps()
      try await place.train(["train.steps=\(logged.count + 2)"], ranks: 2)
      #expect(try place.loggedSteps() == Array(1...logged.count + 2))
    }

    /// All of it stands still for longer than the limit, as on a laptop that was closed: that is nobody's silence.
    @Test func suspendedJobGoesOn() async throws {
      let place = try Workplace()
      let run = try place.start(
        ["run.yaml", "--out", "runs", "--set", "train.steps=400", "--set", "watchdog=2"], ranks: 2)
      #expect(try await run.waits { !((try? place.text("runs/run/metrics.jsonl")) ?? "").isEmpty })
      let processes = RankProcesses.all(in: place).values
      for process in processes { kill(process, SIGSTOP) }
      try await Task.sleep(for: .seconds(5))
      for process in processes { kill(process, SIGCONT) }
      let outcome = await run.outcome()
      #expect(outcome.code == 0, "\(outcome.text)")
      #expect(try place.loggedSteps().count == 400)
    }
  }
}

/// The processes of a run's ranks, found by what mpirun tells them.
enum RankProcesses {
  /// By rank; those that run in `place`, zombies left out.
  static func all(in place: Workplace) -> [Int: pid_t] {
    let folder = URL(fileURLWithPath: place.path).resolvingSymlinksInPath().path
    var found: [Int: pid_t] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      guard let process = pid_t(name),
        let here = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/cwd"), here == folder,
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/exe"),
        program.hasSuffix("/disttrain"),
        let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ")
      else { continue }
      let variables = environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      guard let rank = variables.first(where: { $0.hasPrefix("OMPI_COMM_WORLD_RANK=") })?.split(separator: "=").last
      else { continue }
      found[Int(rank)!] = process
    }
    return found
  }
}
