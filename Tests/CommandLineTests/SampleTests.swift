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
      try place.write("not a picture", "runs/run/samples/000001.png")
      let outcome = try await place.train(["output.samples.every=1", "train.steps=3"])
      #expect(outcome.errors.contains("note: ") && outcome.errors.contains("samples.gif is without"), "\(outcome.text)")
      #expect(outcome.errors.contains("000001.png") && place.exists("runs/run/samples.gif"), "\(outcome.text)")
    }

    /// 48 pictures, 16 a batch: three steps an epoch.
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
      #expect(abs(mean - losses.reduce(0, +) / 3) <= 0.0005 + 1e-9, "the mean of metrics.jsonl's \(losses)")
      #expect(try place.loggedSteps(out: "fashion") == [4, 5], "log.every is for metrics.jsonl")
    }
  }
}
