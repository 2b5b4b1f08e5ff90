import Foundation
import Testing

extension CommandLineTests {
  /// What a run may go on from, and with which settings.
  @Suite struct ResumeTests {
    /// A run of two steps.
    private func begun(_ settings: [String] = []) async throws -> Workplace {
      let place = try Workplace()
      try await place.train(settings + ["train.steps=2"])
      return place
    }

    @Test(arguments: [nil, 3])
    func otherSettingsAreRefused(ranks: Int?) async throws {
      let place = try await begun()
      let before = try place.bytes(place.checkpoint(step: 2))
      let settings = ["train.batch=24", "train.optimizer.generator.learningRate=1e-3"]
      let outcome = try await place.train(settings, ranks: ranks, expecting: 64)
      #expect(outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains("train.batch: 16 → 24"))
      #expect(outcome.errors.contains("train.optimizer.generator.learningRate: 2e-4 → 0.001"))
      #expect(outcome.errors.contains("--resume none"))
      #expect(outcome.errors.contains("--allow-change train.batch"))
      #expect(try place.steps(ofCheckpointsIn: "runs") == ["000002.safetensors"])
      #expect(try place.bytes(place.checkpoint(step: 2)) == before)
    }

    @Test func someSettingsMayChange() async throws {
      let place = try await begun()
      let settings = ["threads=2", "output.samples.every=2", "output.log.every=1", "train.epochs=100"]
      #expect(try await place.train(settings).errors.isEmpty)
    }

    @Test func allowedChangesAreRecorded() async throws {
      let place = try await begun()
      let flags = ["--allow-change", "train.optimizer.generator.learningRate"]
      let outcome = try await place.train(["train.optimizer.generator.learningRate=1e-3"], flags: flags)
      #expect(outcome.errors.contains("train.optimizer.generator.learningRate: 2e-4 → 0.001"), "\(outcome.text)")
      #expect(try place.loggedSteps() == [1, 2, 3, 4, 5])

      try await place.train(out: "other")
      #expect(try await place.tensorHash() != place.tensorHash(out: "other"), "the new rate is in force")
      let report = try await place.run(["checkpoint", place.checkpoint(step: 5)])
      let recorded = "changes: after step 2: train.optimizer.generator.learningRate: 2e-4 → 0.001"
      #expect(report.output.split(separator: "\n").contains(Substring(recorded)), "\(report.text)")

      try await place.train(["train.optimizer.generator.learningRate=1e-3", "train.steps=6"])
      let later = try await place.run(["checkpoint", place.checkpoint(step: 6)])
      #expect(later.output.contains(recorded), "and stays so: \(later.text)")
    }

    @Test func beginAnew() async throws {
      let place = try await begun(["seed=8"])
      try await place.train(["train.steps=1"], flags: ["--resume", "none"])
      #expect(try place.loggedSteps() == [1])
      #expect(try place.steps(ofCheckpointsIn: "runs") == ["000001.safetensors", "000002.safetensors.superseded"])
      try await place.train(["train.steps=1"], out: "fresh")
      #expect(try await place.tensorHash(step: 1) == place.tensorHash(out: "fresh", step: 1))
    }

    @Test func aCheckpointByName() async throws {
      let place = try Workplace()
      try await place.train(["output.checkpoints.every=2", "output.checkpoints.keep=5"])
      #expect(try place.steps(ofCheckpointsIn: "runs").map { $0.prefix(6) } == ["000002", "000004", "000005"])
      let flags = ["--resume", place.checkpoint(step: 2)]
      let outcome = try await place.train(out: "other", ranks: 2, flags: flags)
      #expect(outcome.output.contains("continuing after step 2"), "\(outcome.text)")
      #expect(try await place.tensorHash(out: "other") == place.tensorHash())

      let absent = try await place.train(out: "third", ranks: 2, flags: ["--resume", "absent"], expecting: 65)
      #expect(absent.messages.count == 1 && absent.errors.contains("absent"))
    }

    @Test func theNumberOfShardsStays() async throws {
      let place = try await begun(["train.shards=4"])
      let outcome = try await place.train(["train.shards=auto"], ranks: 2)
      #expect(outcome.output.contains("4 shards"), "\(outcome.text)")
      try await place.train(["train.shards=4"], out: "reference")
      let four = try await place.tensorHash(out: "reference")
      #expect(try await place.tensorHash() == four)
      try await place.train(["train.shards=auto"], out: "eight")
      #expect(try await place.tensorHash(out: "eight") != four, "the number of shards makes a difference")
      #expect(try await place.train(["train.shards=2", "train.steps=7"], expecting: 64).errors.contains("4 → 2"))
    }

    /// A run keeps the instruction set that it began with; another one is said aloud.
    @Test(.processor("avx2"), arguments: [nil, 2])
    func theInstructionSetStays(ranks: Int?) async throws {
      let place = try Workplace()
      let isa = ["DISTTRAIN_ISA": "baseline"]
      try await place.train(out: "reference", environment: isa)
      for out in ["runs", "changed"] { try await place.train(["train.steps=2"], out: out, environment: isa) }
      let kept = try await place.train(ranks: ranks)
      #expect(kept.output.contains("baseline kernels") && kept.errors.isEmpty, "\(kept.text)")
      #expect(try await place.tensorHash() == place.tensorHash(out: "reference"))

      let changed = try await place.train(out: "changed", ranks: ranks, environment: ["DISTTRAIN_ISA": "avx2"])
      #expect(changed.errors.components(separatedBy: "made with baseline kernels").count == 2, "\(changed.text)")
      #expect(try await place.tensorHash(out: "changed") != place.tensorHash(out: "reference"))
    }

    /// A run goes on with the algorithms that it began with, which its configuration and checkpoints name.
    @Test(arguments: [nil, 2])
    func theAlgorithmsStay(ranks: Int?) async throws {
      let place = try await begun(["kernels.algorithm=F2"])
      let yaml = try place.text("runs/run/config.yaml")
      #expect(yaml.components(separatedBy: ": F2\n").count == 19 && yaml.contains("instructionSet: "), "\(yaml)")
      #expect(try await place.train(ranks: ranks).errors.isEmpty)
      try await place.train(["kernels.algorithm=F2"], out: "reference")
      let reference = try await place.tensorHash(out: "reference")
      #expect(try await place.tensorHash() == reference)
      try await place.train(["kernels.algorithm=F4"], out: "other")
      #expect(try await place.tensorHash(out: "other") != reference, "the algorithm makes a difference")

      let refused = try await place.train(["kernels.algorithm=F4", "train.steps=7"], ranks: ranks, expecting: 64)
      #expect(refused.errors.contains("kernels.discriminator.2.weights: F2 → F4"), "\(refused.text)")
      #expect(refused.errors.contains("--allow-change kernels"), "\(refused.text)")
      let flags = ["--allow-change", "kernels"]
      try await place.train(["kernels.algorithm=F4", "train.steps=7"], ranks: ranks, flags: flags)
      #expect(try place.loggedSteps() == [1, 2, 3, 4, 5, 6, 7])
    }

    /// What a run writes is a configuration, which says when it was made for another machine.
    @Test(.processor("avx2")) func theWrittenConfigurationGivesTheSameRun() async throws {
      let place = try Workplace()
      try await place.train()
      let written = ["runs/run/config.yaml", "--out", "again"]
      let again = try await place.run(written)
      #expect(again.code == 0 && again.errors.isEmpty, "\(again.text)")
      #expect(try await place.tensorHash(out: "again") == place.tensorHash())
      let other = try await place.run(
        ["runs/run/config.yaml", "--out", "other"], environment: ["DISTTRAIN_ISA": "baseline"])
      #expect(other.code == 0 && other.errors.contains("these are baseline kernels"), "\(other.text)")
    }

    @Test(arguments: [nil, 3])
    func aDamagedCheckpointIsPassedOver(ranks: Int?) async throws {
      let place = try Workplace()
      try await place.train(["train.steps=4", "output.checkpoints.every=2"])
      let damaged = place.checkpoint(step: 4)
      var bytes = try place.bytes(damaged)
      bytes[bytes.count / 2] ^= 4
      try place.write(bytes, damaged)
      let outcome = try await place.train(ranks: ranks)
      let notes = outcome.errors.split(separator: "\n").filter { $0.contains("passed over") }
      #expect(notes.count == 1 && notes[0].contains("000004.safetensors"), "\(outcome.text)")
      #expect(outcome.output.contains("continuing after step 2"), "\(outcome.text)")
      try await place.train(out: "reference")
      #expect(try await place.tensorHash() == place.tensorHash(out: "reference"))
    }

    @Test func noCheckpointIsGood() async throws {
      let place = try await begun()
      try place.write(Array(place.bytes(place.checkpoint(step: 2)).dropLast()), place.checkpoint(step: 2))
      let outcome = try await place.train(ranks: 2, expecting: 65)
      #expect(outcome.messages.count == 1 && outcome.errors.contains("000002.safetensors"), "\(outcome.text)")
      #expect(outcome.errors.contains("--resume none"))
    }

    @Test func otherImagesAreRefused() async throws {
      let place = try Workplace.withImages()
      try await place.train(["train.steps=2"])
      try place.copy("drawn", to: "moved")
      try await place.train(["train.steps=3", "data.path=moved"])
      #expect(try place.loggedSteps() == [1, 2, 3], "the same images at another place")

      try place.write(DrawnImages.png(77), Workplace.imageName(3))
      let outcome = try await place.train(ranks: 3, expecting: 64)
      #expect(outcome.messages.count == 1 && outcome.errors.contains("the images are not those"), "\(outcome.text)")
      try await place.train(flags: ["--allow-change", "data"])
      #expect(try place.loggedSteps() == [1, 2, 3, 4, 5])
    }

    /// The best checkpoint and TensorBoard's records go on where the run does.
    @Test func theBestCheckpoint() async throws {
      // Images of 8 × 8 pixels, for each of the steps is measured by 512.
      let place = try Workplace(SmallRun.configuration)
      let settings = ["data.validation=0.34", "output.checkpoints={every: 1, keep: 1, best: slicedWasserstein}"]
      try await place.train(settings + ["train.steps=4"], out: "reference")
      let values = try place.metrics(out: "reference").compactMap { $0["slicedWasserstein"] as? Double }
      #expect(values.count == 4)
      let best = try #require(values.firstIndex(of: values.min()!)) + 1

      for (out, ranks) in [("alone", nil), ("ranks", 3)] {
        for end in [2, 4] { try await place.train(settings + ["train.steps=\(end)"], out: out, ranks: ranks) }
        #expect(try place.metrics(out: out).compactMap { $0["slicedWasserstein"] as? Double } == values)
        let report = try await place.run(["checkpoint", "\(out)/run/checkpoints/best.safetensors"])
        #expect(report.code == 0 && report.output.contains("step: \(best)\n"), "\(report.text) of \(values)")
        #expect(try place.steps(ofCheckpointsIn: out).count == 2)
        let events = try place.names("\(out)/run").filter { $0.hasPrefix("events.out.tfevents.") }
        #expect(events.count == 2, "one a start: \(events)")
      }

      // As a run that was killed between the checkpoint of step 2, better than the third, and its being kept.
      #expect(values[1] < values[2], "\(values)")
      try await place.train(settings + ["train.steps=2"], out: "killed")
      try FileManager.default.removeItem(at: place.file("killed/run/checkpoints/best.safetensors"))
      try await place.train(settings + ["train.steps=3"], out: "killed")
      let kept = try await place.run(["checkpoint", "killed/run/checkpoints/best.safetensors"])
      #expect(kept.code == 0 && kept.output.contains("step: 2\n"), "\(kept.text)")
    }
  }
}
