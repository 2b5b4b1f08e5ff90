import Cluster
import Foundation
import GAN
import Numerics
import Reporting

/// Every pass of every convolution of a step, by the algorithm that the networks chose for it, on tensors of the shapes
/// and shards that the step has.
struct LayerBench {
  private let measured: MeasuredStep
  private let job: any Job
  private let kernels: Kernels
  private let rounds: Int

  init(_ measured: MeasuredStep, job: any Job, _ kernels: Kernels, rounds: Int) {
    self.measured = measured
    self.job = job
    self.kernels = kernels
    self.rounds = rounds
  }

  /// One kind of pass of one convolution.
  private struct Pass {
    let kind: KernelSettings.Pass
    /// Batches that are computed together: real and fake, or one of them.
    let groups: Int
    let timesPerStep: Int
  }

  /// The table, and the seconds of all passes of a step. Collective.
  func table() throws -> (text: String, secondsPerStep: Double) {
    var table = TextTable([
      .left("layer"), .left("pass"), .right("images"), .left("algorithm"), .right("a step"), .right("ms"),
      .right("GFLOP/s"), .right("of peak"), .right("error"), .right("bound"),
    ])
    var total = (seconds: 0.0, operations: 0.0)
    func peak() -> Double { kernels.peakRate(.milliseconds(5)) * Double(measured.threads.count) }
    // Measured together with the passes: the clock rate of a shared machine changes from minute to minute.
    var peaks = [peak()]
    for (letter, network) in [("D", measured.step.discriminator), ("G", measured.step.generator)] {
      for layer in network.convolutions {
        let errors = RoundingErrors(layer, shard: measured.largestShard, kernels)
        for pass in passes(of: layer, isDiscriminator: letter == "D") {
          try job.barrier()
          let layout = measured.layout(groups: pass.groups)
          let seconds = time(pass.kind, layer, sums: network.sums!, layout)
          let operations = 2 * Double(layer.convolution.geometry.multiplyAdds * layout.samples)
          let count = Double(pass.timesPerStep)
          total = (total.seconds + count * seconds, total.operations + count * operations)
          peaks.append(peak())
          table.add(
            [
              "\(letter)\(layer.number)", pass.kind.rawValue, "\(layout.samples)",
              layer.convolution.choice[pass.kind.role(isTransposed: layer.isTransposed)].rawValue,
              "\(pass.timesPerStep)",
            ] + rates(seconds, operations, peaks.suffix(2).max()!) + errors.of(pass.kind))
        }
      }
    }
    table.add(["all", "", "", "", ""] + rates(total.seconds, total.operations, Sample(peaks).median) + ["", ""])
    return (table.text, total.seconds)
  }

  /// D computes real and fake images together, then for G's update the fakes again, without gradients of its weights.
  private func passes(of layer: NetworkConvolution, isDiscriminator: Bool) -> [Pass] {
    let isFirst = layer.number == 1
    let all: [Pass] =
      if isDiscriminator {
        [
          Pass(kind: .forward, groups: 2, timesPerStep: 1), Pass(kind: .forward, groups: 1, timesPerStep: 1),
          Pass(kind: .data, groups: 2, timesPerStep: isFirst ? 0 : 1), Pass(kind: .data, groups: 1, timesPerStep: 1),
          Pass(kind: .weights, groups: 2, timesPerStep: 1),
        ]
      } else {
        [
          Pass(kind: .forward, groups: 1, timesPerStep: measured.training.rules.noise == .fresh ? 2 : 1),
          Pass(kind: .data, groups: 1, timesPerStep: isFirst ? 0 : 1),
          Pass(kind: .weights, groups: 1, timesPerStep: 1),
        ]
      }
    return all.filter { $0.timesPerStep > 0 }
  }

  /// Seconds of one pass, the median of the rounds.
  private func time(_ kind: KernelSettings.Pass, _ layer: NetworkConvolution, sums: NodeBuffers, _ layout: BatchLayout)
    -> Double
  {
    let convolution = layer.convolution
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    let large = arena.tensor(convolution.geometry.large.with(samples: layout.samples))
    let small = arena.tensor(convolution.geometry.small.with(samples: layout.samples))
    var stream = RandomStream(seed: 1, purpose: .synthetic)
    for tensor in [large, small] { stream.fillUniform(tensor.values) }

    func run() {
      switch kind.role(isTransposed: layer.isTransposed) {
      case .forward: convolution.forward(large, weights: layer.weights, into: small, layout: layout)
      case .backwardData: convolution.backwardData(small, weights: layer.weights, into: large, layout: layout)
      case .backwardWeights:
        convolution.backwardWeights(
          large: large, small: small, into: sums, at: layer.weightOffset, layout: layout)
      }
    }
    // The first pass warms caches and pages and gives the number that makes a round long enough for the clock.
    run()
    let repeats = max(1, Int(2e-3 / max(seconds(run), 1e-7)))
    return Sample((0..<rounds).map { _ in seconds { for _ in 0..<repeats { run() } } / Double(repeats) }).median
  }

  private func rates(_ seconds: Double, _ operations: Double, _ peak: Double) -> [String] {
    [decimal(seconds * 1e3, 2), decimal(operations / seconds / 1e9, 1), percent(operations / seconds / peak)]
  }
}

/// Rounding errors of the passes of one layer: root mean square errors of outputs relative to the outputs themselves,
/// on normal numbers, and the bound that `ConvolutionErrorBound` states.
private final class RoundingErrors {
  private let layer: NetworkConvolution
  private let kernels: Kernels
  private let reference: ConvolutionReference
  private var known: [ConvolutionPass: [String]] = [:]

  /// - Parameter shard: samples per shard.
  init(_ layer: NetworkConvolution, shard: Int, _ kernels: Kernels) {
    self.layer = layer
    self.kernels = kernels
    reference = ConvolutionReference(layer.convolution.geometry, samples: shard)
  }

  /// The measured error and the bound.
  func of(_ kind: KernelSettings.Pass) -> [String] {
    let pass = kind.role(isTransposed: layer.isTransposed)
    if let texts = known[pass] { return texts }
    let error = ConvolutionError(of: layer.convolution.choice[pass], pass, against: reference, kernels: kernels)
    let texts = [error.rms, error.bound.rms].map { String(format: "%.1e", $0) }
    known[pass] = texts
    return texts
  }
}
