import Foundation
import Testing

extension CommandLineTests {
  /// What a run shows of itself while it trains.
  @Suite struct SampleTests {
    /// Four frames, 0, 2, 4 and 5, whether in one go or in two; and all of them after more steps.
    @Test(arguments: [nil, 2])
    func theAnimationHasAllSteps(ranks: Int?) async throws {
      let place = try Workplace()
      let settings = ["output.samples.every=2"]
      try await place.train(settings, out: "reference")
      let reference = try place.bytes("reference/run/samples.gif")
      #expect(reference.starts(with: "GIF89a".utf8))

      try await place.train(settings + ["train.steps=2"], ranks: ranks)
      let first = try place.bytes("runs/run/samples.gif")
      #expect(first != reference)
      let continued = try await place.train(settings, ranks: ranks)
      #expect(try continued.errors.isEmpty && place.bytes("runs/run/samples.gif") == reference)

      try await place.train(settings + ["train.steps=7"], ranks: ranks)
      #expect(try place.bytes("runs/run/samples.gif").count > reference.count)
    }

    @Test func anUnreadableSampleIsLeftOut() async throws {
      let place = try Workplace()
      try await place.train(["output.samples.every=1", "train.steps=2"])
      try place.write("not an image", "runs/run/samples/000001.png")
      let outcome = try await place.train(["output.samples.every=1", "train.steps=3"])
      #expect(outcome.errors.contains("note: ") && outcome.errors.contains("samples.gif is without"), "\(outcome.text)")
      #expect(outcome.errors.contains("000001.png") && place.exists("runs/run/samples.gif"), "\(outcome.text)")
    }

    /// Columns, padding and the last row; latents that stay or change, by a generator that does not learn.
    @Test func grids() async throws {
      let place = try Workplace()
      let settings = [
        "output.samples={every: 1, count: 4, columns: 2, padding: 1, final: 3}", "train.steps=2",
        "train.optimizer.generator.learningRate=1e-30",
      ]
      func size(_ file: String) throws -> [Int] {
        let header = try place.bytes(file)[16..<24].map(Int.init)
        return [header[0...3], header[4...7]].map { $0.reduce(0) { $0 << 8 | $1 } }
      }
      for latents in ["fixed", "fresh"] {
        let run = "\(latents)/run/samples"
        try await place.train(settings + ["output.samples.latents=\(latents)"], out: latents)
        #expect(try size("\(run)/000002.png") == [67, 67] && size("\(run)/final.png") == [100, 34])
        let images = try ["000000", "000001", "000002"].map { try place.bytes("\(run)/\($0).png") }
        #expect(Set(images).count == (latents == "fixed" ? 1 : 3), "\(latents)")
      }
      #expect(try place.bytes("fixed/run/samples/000000.png") != place.bytes("fresh/run/samples/000000.png"))
      try await place.train(settings + ["output.samples.normalize=grid"], out: "grid")
      let normalized = try place.bytes("grid/run/samples/000000.png")
      #expect(try normalized != place.bytes("fixed/run/samples/000000.png"))
    }

    /// 40 images in batches of 16, of which an epoch leaves eight out: each is shown once, in five rows of eight.
    @Test(arguments: [nil, 3]) func realImagesAreShownOnce(ranks: Int?) async throws {
      let place = try Workplace()
      let settings = ["data.synthetic.count=40", "output.samples.count=64", "train.batch=16", "train.steps=3"]
      let outcome = try await place.train(settings, ranks: ranks)
      let header = try place.bytes("runs/run/samples/real.png")[16..<24].map(Int.init)
      #expect(header == [0, 0, 274 >> 8, 274 & 255, 0, 0, 0, 172], "\(outcome.text)")
      if ranks != nil {
        try await place.train(settings, out: "alone")
        #expect(try place.bytes("runs/run/samples/real.png") == place.bytes("alone/run/samples/real.png"))
      }
    }

    @Test func aContinuedRunMayBeginWithASample() async throws {
      let place = try Workplace()
      for (after, exists) in [(false, false), (true, true)] {
        let out = "\(after)"
        try await place.train(["train.steps=2"], out: out)
        try FileManager.default.removeItem(at: place.file("\(out)/run/samples/000002.png"))
        try await place.train(["train.steps=3", "output.samples.afterResume=\(after)"], out: out)
        #expect(place.exists("\(out)/run/samples/000002.png") == exists)
      }
    }

    /// 48 images, 16 held out, two batches an epoch.
    @Test func heldOutImagesAreJudgedAfterEachEpoch() async throws {
      let place = try Workplace()
      let settings = ["data.validation=0.34", "train.batch=16", "output.log.format=ganlab", "output.log.every=1000"]
      let outcome = try await place.train(settings)
      #expect(
        outcome.output.contains("32 images and 16 held out, 2 batches of 16 an epoch, 5 steps"), "\(outcome.text)")
      let lines = outcome.output.split(separator: "\n").filter { $0.hasPrefix("Epoch ") }
      #expect(
        lines.count == 3 && lines[1].contains("; D held out: loss ") && !lines[2].contains("held out"), "\(lines)")
      let records = try place.metrics()
      #expect(records.map { $0["step"] as? Int } == [2, 4, 5])
      let losses = records.map { $0["lossHeldOut"] as? Double }
      let accuracies = records.map { $0["accuracyHeldOut"] as? Double }
      #expect(losses.map { $0 != nil } == [true, true, false])

      // Judging other images leaves alone what is said of the step's own.
      let recomputed = settings + ["output.log.losses=recomputed"]
      try await place.train(recomputed, out: "recomputed")
      try await place.train(recomputed + ["output.checkpoints={every: 1, best: lossHeldOut}"], out: "best")
      func lossD(_ out: String) throws -> [Double] {
        let lines = try place.metrics(out: out).filter { [2, 4, 5].contains($0["step"] as? Int) }
        return lines.compactMap { $0["lossD"] as? Double }
      }
      #expect(try lossD("recomputed").count == 3 && lossD("best") == lossD("recomputed"))
      #expect(try lossD("recomputed") != lossD("runs"))
      #expect(accuracies.compactMap { $0 }.allSatisfy { (0...1).contains($0) && ($0 * 16).rounded() == $0 * 16 })
    }

    /// 48 images, 16 a batch: three steps an epoch.
    @Test func aRecipesOwnLines() async throws {
      let place = try Workplace()
      let glasses = try await place.train(["output.log.format=glasses"], out: "glasses")
      let lines = glasses.output.split(separator: "\n").filter { $0.hasPrefix("[") }
      let expected = ["[0/2][0/3]", "[0/2][1/3]", "[0/2][2/3]", "[1/2][0/3]", "[1/2][1/3]"]
      #expect(lines.map { String($0.prefix { $0 != "\t" }) } == expected, "\(glasses.text)")

      let settings = ["output.log.format=fashion", "output.log.every=4"]
      let fashion = try await place.train(settings, out: "fashion").output.split(separator: "\n")
      let epochs = fashion.filter { $0.hasPrefix("Epoch ") }
      #expect(epochs.count == 2 && epochs[0].contains("Epoch 1 - loss_d: "), "\(fashion)")
      #expect(epochs[1].hasSuffix(" (means of 2 of 3 steps)"), "\(fashion)")
      let records = try place.metrics(out: "glasses")
      let losses = records.prefix(3).compactMap { $0["lossG"] as? Double }
      let mean = try #require(epochs[0].components(separatedBy: "loss_g: ").last.flatMap(Double.init))
      // Half a unit of the last digit printed; a mean on the border may be rounded to either side.
      let exact = losses.reduce(0, +) / 3
      #expect(abs(mean - exact) <= 0.0005 + 4 * exact.ulp, "the mean of metrics.jsonl's \(losses)")
      #expect(try place.loggedSteps(out: "fashion") == [4, 5], "log.every is for metrics.jsonl")
    }
  }
}
