import Foundation
import Testing

extension CommandLineTests {
  /// Numbers that are not finite end the run, and `--debug` says where they come from.
  @Suite struct DebugTests {
    /// So large that products of weights overflow.
    private static let overflow = ["model.init.weights.normal=1e19", "output.checkpoints.every=1"]

    @Test(arguments: [nil, 3])
    func divergenceEndsTheRun(ranks: Int?) async throws {
      let place = try Workplace()
      let outcome = try await place.train(Self.overflow, ranks: ranks, expecting: 70)
      #expect(outcome.messages.count == 1, "\(outcome.text)")
      #expect(
        outcome.errors.contains("step 1: the training state is no longer finite")
          && outcome.errors.contains("the gradient of discriminator."), "\(outcome.text)")
      #expect(try place.steps(ofCheckpointsIn: "runs").isEmpty, "no poisoned checkpoint")
      #expect(!place.exists("runs/run/run.lock"))
    }

    @Test func theFirstLayerIsNamed() async throws {
      let outcome = try await Workplace().train(Self.overflow, flags: ["--debug"], expecting: 70)
      #expect(outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains("discriminator, layer 2: output has the value"), "\(outcome.text)")
    }

    @Test func theNoiseIsNoLayerOfTheList() async throws {
      let outcome = try await Workplace().train(["train.inputNoise=1e38"], flags: ["--debug"], expecting: 70)
      #expect(outcome.errors.contains("discriminator, layer inputNoise: output has the value"), "\(outcome.text)")
    }

    @Test func everyGradientIsChecked() async throws {
      let outcome = try await Workplace().train(["train.steps=1"], flags: ["--debug"])
      for name in TensorNames.parameters.keys {
        #expect(outcome.output.components(separatedBy: "  \(name)  ").count == 2, "\(name) in \(outcome.text)")
      }
    }

    /// Before a batch norm a bias has no effect, and its gradient is rounding. A second output and divided
    /// weights are checked like others.
    @Test(arguments: [
      "{preset: dcgan, width: 8, bias: true}",
      "{preset: dcgan, width: 8, batchNorm: false, spectralNorm: true, dropout: 0.2}",
      "{layers: [{convolution: {channels: 8, kernel: 4, stride: 2, padding: 1}}, {batchNorm: {}}, "
        + "{leakyRelu: {slope: 0.2}}, {flatten: {}}, {dense: {units: 1}}, {branch: {from: 2}}, {flatten: {}}, "
        + "{dense: {units: 1}}]}",
    ])
    func aGradientThatIsRounding(discriminator: String) async throws {
      try await Workplace().train(["train.steps=1", "model.discriminator=\(discriminator)"], flags: ["--debug"])
    }

    /// The command that it prints gives the same bits without the checks.
    @Test func thePrintedCommand() async throws {
      let place = try Workplace(
        Workplace.configuration.replacingOccurrences(of: ", steps: 5", with: ", epochs: 9")
          .replacingOccurrences(of: ", log: {every: 1}", with: ""))
      let debug = try await place.run(["run.yaml", "--out", "debug", "--debug", "--set", "train.noise=fresh"])
      #expect(debug.code == 0 && debug.output.hasPrefix("debug: "), "\(debug.text)")
      let lines = debug.output.split(separator: "\n")
      for text in ["data.limit=64, train.steps=3, output.log.every=1", "the same bits without checks"] {
        #expect(lines[0].contains(text), "\(lines[0])")
      }
      let words = lines[1].split(separator: " ").map(String.init)
      #expect(words.prefix(5) == ["mpirun", "-np", "8", "disttrain", "run.yaml"])
      let run = try await place.run(Array(words.dropFirst(4)) + ["--out", "runs"], ranks: 8)
      #expect(run.code == 0, "\(run.text)")
      #expect(try place.loggedSteps() == [1, 2, 3] && place.loggedSteps(out: "debug") == [1, 2, 3])
      #expect(try await place.tensorHash(step: 3) == place.tensorHash(out: "debug", step: 3))
    }
  }
}
