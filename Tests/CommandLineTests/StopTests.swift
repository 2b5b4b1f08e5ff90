import Foundation
import Testing

extension CommandLineTests {
  /// A stop writes a checkpoint of a step that all ranks agree on, and any number of ranks goes on from it.
  @Suite struct StopTests {
    private static let endless = ["train.steps=1000000"]

    @Test func stoppedUnderEightRanksContinuedUnderThree() async throws {
      let place = try Workplace()
      let run = try place.start(
        ["run.yaml", "--out", "runs"] + Self.endless.flatMap { ["--set", $0] }, ranks: 8)
      #expect(try await run.waits { !((try? place.text("runs/run/metrics.jsonl")) ?? "").isEmpty })
      run.send(SIGUSR1)
      let outcome = await run.outcome()
      #expect(outcome.code == 75 && outcome.output.contains("stopped on SIGUSR1 after step"), "\(outcome.text)")

      let logged = try place.loggedSteps()
      let step = try #require(logged.last)
      #expect(logged == Array(1...step))
      #expect(try place.steps(ofCheckpointsIn: "runs") == [String(format: "%06d.safetensors", step)])

      let end = ["train.steps=\(step + 4)"]
      let continued = try await place.train(end, ranks: 3)
      #expect(continued.output.contains("continuing after step \(step)"), "\(continued.text)")
      try await place.train(end, out: "reference")
      let reference = try await place.tensorHash(out: "reference", step: step + 4)
      #expect(try await place.tensorHash(step: step + 4) == reference)
      #expect(try place.loggedSteps() == Array(1...step + 4))
    }

    @Test func endedAtStepTwoContinuedUnderAnotherNumberOfRanks() async throws {
      let place = try Workplace()
      try await place.train(out: "reference")
      let reference = try await place.tensorHash(out: "reference")
      for (first, second) in [(8, 3), (3, 8), (nil, 5), (5, nil)] as [(Int?, Int?)] {
        let out = "from\(first ?? 0)to\(second ?? 0)"
        try await place.train(["train.steps=2"], out: out, ranks: first)
        try await place.train(out: out, ranks: second)
        #expect(try await place.tensorHash(out: out) == reference, "\(out)")
        #expect(try place.loggedSteps(out: out) == [1, 2, 3, 4, 5])
      }
    }

    @Test(
      arguments: [
        (SIGTERM, "SIGTERM"), (SIGINT, "Ctrl-C"), (SIGUSR1, "SIGUSR1"), (SIGUSR2, "SIGUSR2"), (SIGHUP, "SIGHUP"),
        (SIGXCPU, "SIGXCPU"),
      ])
    func oneProcess(signal: Int32, name: String) async throws {
      let place = try Workplace()
      let run = try place.start(["run.yaml", "--out", "runs", "--set"] + Self.endless)
      #expect(try await run.waits { !((try? place.text("runs/run/metrics.jsonl")) ?? "").isEmpty })
      run.send(signal)
      let outcome = await run.outcome()
      let step = try #require(try place.loggedSteps().last)
      #expect(outcome.code == 75, "\(outcome.text)")
      #expect(outcome.output.contains("stopped on \(name) after step \(step)"), "\(outcome.text)")
      #expect(outcome.messages.isEmpty && place.exists(place.checkpoint(step: step)))
      #expect(!place.exists("runs/run/run.lock"))
    }

    @Test func aKilledRunGoesOnFromItsLastCheckpoint() async throws {
      let place = try Workplace()
      let run = try place.start(
        ["run.yaml", "--out", "runs", "--set", "output.checkpoints.every=3", "--set"] + Self.endless)
      #expect(try await run.waits { place.exists(place.checkpoint(step: 3)) })
      run.send(SIGKILL)
      #expect(await run.outcome().code == 128 + SIGKILL)
      let newest = try #require(try place.steps(ofCheckpointsIn: "runs").last { $0.hasSuffix(".safetensors") })
      let step = try #require(Int(newest.prefix(6)))

      let end = ["train.steps=\(step + 2)"]
      let continued = try await place.train(end, ranks: 2)
      #expect(continued.errors.contains("took over the lock"), "\(continued.text)")
      #expect(continued.output.contains("continuing after step \(step)"), "\(continued.text)")
      #expect(try place.loggedSteps() == Array(1...step + 2))
      #expect(!(try place.steps(ofCheckpointsIn: "runs").contains { $0.contains("tmp") || $0.hasPrefix(".") }))
      try await place.train(end, out: "reference")
      #expect(try await place.tensorHash(step: step + 2) == place.tensorHash(out: "reference", step: step + 2))
    }

    @Test(arguments: [nil, 2])
    func aSecondRunIsToldWhoHoldsTheFolder(ranks: Int?) async throws {
      let place = try Workplace()
      let first = try place.start(["run.yaml", "--out", "runs", "--set"] + Self.endless)
      #expect(try await first.waits { !((try? place.text("runs/run/metrics.jsonl")) ?? "").isEmpty })
      let second = try await place.train(ranks: ranks, expecting: 64)
      #expect(second.messages.count == 1 && second.errors.contains("another run writes to this folder: process"))
      first.send(SIGTERM)
      #expect(await first.outcome().code == 75, "and the first goes on")
    }

    @Test(arguments: [nil, 2])
    func aFinishedRunSaysSo(ranks: Int?) async throws {
      let place = try Workplace()
      try await place.train(["train.steps=2"])
      let before = try place.bytes("runs/run/metrics.jsonl")
      let again = try await place.train(["train.steps=2"], ranks: ranks)
      #expect(again.output.contains("is finished: 2 steps are done"), "\(again.text)")

      // Killed between its last checkpoint and its last image.
      let animation = try place.bytes("runs/run/samples.gif")
      let checkpoint = try place.bytes(place.checkpoint(step: 2))
      try FileManager.default.removeItem(at: place.file("runs/run/samples.gif"))
      let rest = try await place.train(["train.steps=2"], ranks: 2)
      #expect(!rest.output.contains("is finished") && rest.output.contains("done: 2 steps"), "\(rest.text)")
      #expect(try place.bytes("runs/run/samples.gif") == animation)
      #expect(try place.bytes(place.checkpoint(step: 2)) == checkpoint)
      #expect(try place.bytes("runs/run/metrics.jsonl") == before)
    }
  }
}
