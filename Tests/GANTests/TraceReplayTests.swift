import GAN
import Numerics
import Testing

/// PyTorch's traces of every recipe, phase by phase: D's pass from the parameters before the step, G's pass with D's
/// parameters after its update, Adam from PyTorch's gradients, all taken from the trace. Both programs draw masks,
/// noises and labels from the same seed.
///
/// The bounds are `NetworkContract`'s. Bits depend only on the instruction set, so the results hold for every CPU that
/// has it. The worst errors over the first nine traces, three instruction sets, and 1, 4 and 8 shards: gradients 3.8e-6
/// (7.9e-6 if a clipped critic's two means nearly cancel), losses 4.4e-7, probabilities 1.3e-7, parameters 9.7e-8,
/// running statistics 2.9e-7. Each run prints its own.
@Suite struct TraceReplayTests {
  private static func each(_ names: String...) -> [(name: String, shards: Int)] {
    names.flatMap { name in [1, 4, 8].map { ("trace-\(name)", $0) } }
  }

  @Test(
    arguments: Kernels.available,
    each("reuse", "fresh-grey", "smoothed-grey", "architecture", "fashion", "glasses", "ganlab", "augmentation"))
  func stepsAgreeWithPyTorch(_ kernels: Kernels, _ test: (name: String, shards: Int)) throws {
    var replay = try TraceReplay(Trace(test.name, shards: test.shards), kernels)
    for index in 0..<replay.trace.steps {
      #expect(try replay.replay(index), "G's pass teaches D nothing")
    }
    print("\(test.name), \(kernels), \(test.shards) shards: \(replay.worst)")
    expectSmall(replay.worst)
    #expect(replay.worst["probability"] <= NetworkContract.result)
    if test.name == "trace-architecture" {
      #expect(replay.worst["statistics after judging"] == 0, "judging moves nothing")
    }
  }

  /// Losses of scores, several updates of D per step.
  @Test(
    arguments: Kernels.available,
    each(
      "hinge", "least-squares", "relativistic", "wgan", "wgan-gp", "branch", "branch-gp", "spectral",
      "spectral-gp", "augmentation-some"))
  func updatesAgreeWithPyTorch(_ kernels: Kernels, _ test: (name: String, shards: Int)) throws {
    var replay = try TraceReplay(Trace(test.name, shards: test.shards), kernels)
    for index in 0..<replay.trace.steps { try replay.replayUpdates(index) }
    print("\(test.name), \(kernels), \(test.shards) shards: \(replay.worst)")
    expectSmall(replay.worst)
  }

  private func expectSmall(_ worst: WorstErrors) {
    for kind in ["gradient", "loss", "statistics"] { #expect(worst[kind] <= NetworkContract.result, "\(kind)") }
    #expect(worst["parameter"] <= NetworkContract.parameter)
  }
}
