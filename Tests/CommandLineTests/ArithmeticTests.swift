import Foundation
import Testing

extension CommandLineTests {
  /// Checkpoints of a program that computed `im2col` by OpenBLAS; Fixtures/arithmetic-1 says how they were made.
  @Suite struct ArithmeticTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/arithmetic-1")
    private static let patchPasses = [
      "kernels.generator.0.weights=im2col", "kernels.discriminator.2.weights=im2col",
      "kernels.discriminator.8.forward=im2col",
    ]
    private static let refusal =
      "arithmetic: 1 → 2, im2col of generator.0 (weights), discriminator.2 (weights), discriminator.8 (forward)"

    private func place() throws -> Workplace {
      let place = try Workplace(String(contentsOf: Self.folder.appendingPathComponent("run.yaml"), encoding: .utf8))
      for name in ["winograd", "im2col"] {
        let file = Self.folder.appendingPathComponent("\(name).safetensors")
        try place.write(Array(Data(contentsOf: file)), "\(name).safetensors")
      }
      return place
    }

    /// What the older program itself went on to.
    @Test(arguments: [nil, 2])
    func aRunWithoutPatchMatrixGoesOnAsItWould(ranks: Int?) async throws {
      let place = try place()
      let outcome = try await place.train(ranks: ranks, flags: ["--resume", "winograd.safetensors"])
      #expect(outcome.errors.isEmpty && outcome.output.contains("continuing after step 2"), "\(outcome.text)")
      #expect(
        try await place.tensorHash(step: 6) == "440d9822fc94f504bd83a1cb7736719ac050798749bf738f86177be58354788d")
    }

    @Test(arguments: [nil, 2])
    func aRunWithPatchMatrixIsRefused(ranks: Int?) async throws {
      let place = try place()
      let outcome = try await place.train(
        Self.patchPasses, ranks: ranks, flags: ["--resume", "im2col.safetensors"], expecting: 64)
      #expect(outcome.messages.count == 1, "\(outcome.text)")
      for text in [
        "im2col.safetensors was made by another program", Self.refusal, "computed by OpenBLAS", "--resume none",
        "--allow-change arithmetic",
      ] { #expect(outcome.errors.contains(text), "\(text) in \(outcome.text)") }
      #expect(!place.exists("runs/run/metrics.jsonl"))
    }

    @Test func orGoesOnAllTheSame() async throws {
      let place = try place()
      let flags = ["--resume", "im2col.safetensors", "--allow-change", "arithmetic"]
      let outcome = try await place.train(Self.patchPasses, flags: flags)
      #expect(outcome.errors.contains("changed since the checkpoint, as allowed: \(Self.refusal)"), "\(outcome.text)")
      let report = try await place.run(["checkpoint", place.checkpoint(step: 6)])
      let lines = report.output.split(separator: "\n")
      #expect(
        lines.contains("arithmetic: 2") && lines.contains("changes: after step 2: \(Self.refusal)"), "\(report.text)")
      // From here on there is nothing to allow.
      #expect(try await place.train(Self.patchPasses + ["train.steps=7"]).errors.isEmpty)
    }

    /// It is only read.
    @Test func aModelIsAModel() async throws {
      let place = try place()
      for command in [
        ["generate", "im2col.safetensors", "--count", "2", "--out", "images"],
        ["export", "im2col.safetensors", "--format", "onnx"], ["checkpoint", "im2col.safetensors"],
      ] {
        let outcome = try await place.run(command)
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(command): \(outcome.text)")
      }
      // Other images than its own, of which it cannot say which it has seen.
      let evaluated = try await place.run([
        "evaluate", "im2col.safetensors", "--data", "run.yaml", "--set", "data.synthetic.count=40", "--set",
        "data.validation=0.25", "--count", "4",
      ])
      #expect(evaluated.code == 0, "\(evaluated.text)")
    }
  }
}
