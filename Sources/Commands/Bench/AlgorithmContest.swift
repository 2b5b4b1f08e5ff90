import GAN
import Numerics
import Reporting

/// The times of one pass of a convolution by every suitable algorithm, and the best of them.
package struct AlgorithmTimes {
  /// Seconds, the median of the rounds.
  package let medians: [ConvolutionAlgorithm: Double]

  package init(medians: [ConvolutionAlgorithm: Double]) { self.medians = medians }

  /// The fastest, or of those within 3 % of it the one with the smallest error.
  package var winner: ConvolutionAlgorithm {
    let least = medians.values.min()!
    return ConvolutionAlgorithm.byError.first { algorithm in medians[algorithm].map { $0 <= 1.03 * least } ?? false }!
  }

  /// The lead of the winner over the fastest of the others, as a share of their time; below 0 if it has been
  /// preferred to a faster one. Nil if there is no other.
  package var lead: Double? {
    let winner = winner
    return medians.filter { $0.key != winner }.values.min().map { 1 - medians[winner]! / $0 }
  }
}

extension ConvolutionAlgorithm {
  /// In rising order of their errors, as ConvolutionErrorTests bound them. The errors of the first two differ only
  /// by the length of their sums, and either may be smaller; direct convolution needs less memory.
  fileprivate static let byError: [ConvolutionAlgorithm] = [.direct, .im2col, .winograd2, .winograd4]
}

/// One convolution planned with every suitable algorithm, on the same tensors.
struct AlgorithmContest {
  private let geometry: ConvolutionGeometry
  private let layout: BatchLayout
  private let planned: [(algorithm: ConvolutionAlgorithm, convolution: any Convolution)]
  private let context: ComputeContext
  private let large: Tensor
  private let small: Tensor
  private let weights: Floats
  private let sums: NodeBuffers

  /// - Parameter groups: batches that are computed together.
  init(
    _ geometry: ConvolutionGeometry, shards: Int, samplesPerShard: Int, groups: Int, context: ComputeContext
  ) {
    self.geometry = geometry
    self.context = context
    let reduction = ShardReduction(shards: shards)
    layout = BatchLayout(
      reduction: reduction, shardSizes: [Int](repeating: samplesPerShard, count: shards),
      globalSamples: shards * samplesPerShard, groups: groups)
    planned = ConvolutionAlgorithm.allCases.filter { $0.suits(geometry) }.map { algorithm in
      (algorithm, algorithm.plan(geometry, shards: shards, context: context))
    }
    context.workspace.commit()
    let arena = context.arena
    large = arena.tensor(geometry.large.with(samples: layout.samples))
    small = arena.tensor(geometry.small.with(samples: layout.samples))
    weights = arena.floats(geometry.weightCount)
    sums = NodeBuffers(groups: groups, nodes: reduction.nodes.count, count: geometry.weightCount, in: arena)
    var stream = RandomStream(seed: 1, purpose: .synthetic)
    for tensor in [large, small] { stream.fillUniform(tensor.values) }
    stream.fillUniform(UnsafeMutableBufferPointer(start: weights, count: geometry.weightCount))
  }

  /// Processor time of the algorithms, taken in turns: other load of the machine makes wall-clock time useless
  /// long before it changes the order of the algorithms.
  func times(_ pass: ConvolutionPass, rounds: Int) -> AlgorithmTimes {
    // The first run of each warms caches and pages, and gives the number that makes a round long enough for the clock.
    let repeats = planned.map { _, convolution in
      max(1, Int(5e-3 / max(processorSeconds { run(pass, convolution) }, 1e-6)))
    }
    var times = [[Double]](repeating: [], count: planned.count)
    for _ in 0..<rounds {
      for (place, entry) in planned.enumerated() {
        let taken = processorSeconds { for _ in 0..<repeats[place] { run(pass, entry.convolution) } }
        times[place].append(taken / Double(repeats[place]))
      }
    }
    return AlgorithmTimes(
      medians: Dictionary(uniqueKeysWithValues: zip(planned.map(\.algorithm), times.map { Sample($0).median })))
  }

  private func run(_ pass: ConvolutionPass, _ convolution: any Convolution) {
    switch pass {
    case .forward: convolution.forward(large, weights: weights, into: small, layout: layout)
    case .backwardData: convolution.backwardData(small, weights: weights, into: large, layout: layout)
    case .backwardWeights: convolution.backwardWeights(large: large, small: small, into: sums, at: 0, layout: layout)
    }
  }
}
