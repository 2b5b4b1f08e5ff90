import Numerics
import Testing

/// The same bits on any number of ranks and threads.
@Suite struct ConvolutionShardTests {
  struct Batch: CustomTestStringConvertible, Sendable {
    /// Number of samples in a batch that may hold `batch`.
    let samples: Int
    let batch: Int
    var testDescription: String { "\(samples) of \(batch) samples" }

    /// Even shards, unequal ones, and a short last batch that leaves shards empty.
    static let all = [Batch(samples: 16, batch: 16), Batch(samples: 13, batch: 13), Batch(samples: 5, batch: 16)]
  }

  private static let shards = 8
  private static let groups = 2
  private static let cases = [
    ConvolutionCase.all[0], ConvolutionCase.all[2], ConvolutionCase.all[3],
    // Enough tiles that blocks end within shards and ranks.
    ConvolutionCase((20, 20), (18, 33), kernel: (4, 4), stride: 2, top: 1, left: 1),
  ]

  /// The results of all ranks together.
  private struct Outcome: Equatable {
    var forward: [UInt32] = []
    var backwardData: [UInt32] = []
    /// For each group.
    var backwardWeights: [[UInt32]] = []
  }

  /// The operands of all ranks together, drawn once: drawing takes longer than the convolutions.
  private struct Operands {
    let weights: [Float]
    /// For each group.
    let large: [[Float]]
    let small: [[Float]]

    init(_ test: ConvolutionCase, samples: Int) {
      let geometry = test.geometry
      weights = normals(geometry.weightCount, seed: 3)
      large = (0..<groups).map { normals(samples * geometry.large.sampleCount, seed: 10 + $0) }
      small = (0..<groups).map { normals(samples * geometry.small.sampleCount, seed: 20 + $0) }
    }
  }

  /// Runs the ranks one after the other, then combines the nodes of all ranks to the tree's root.
  private func outcome(
    _ test: ConvolutionCase, _ operands: Operands, _ batch: Batch, ranks: Int, threads: Int, _ kernels: Kernels,
    _ algorithm: ConvolutionAlgorithm
  ) -> Outcome {
    let geometry = test.geometry
    let ranges = rankRanges(shards: Self.shards, ranks: ranks)
    var outcome = Outcome()
    var outputs = [(forward: [[Float]], backwardData: [[Float]])](
      repeating: ([], []), count: Self.groups)
    var nodes = [[[Float]]](repeating: [], count: Self.groups)
    var first = 0
    var root: [ShardTree.Operation] = []
    for rank in 0..<ranks {
      let sizes = shardSizes(batch.samples, batch: batch.batch, shards: Self.shards, in: ranges[rank])
      let reduction = ShardReduction(tree: ShardTree(shards: Self.shards), ranges: ranges, rank: rank)
      root = reduction.root
      let layout = BatchLayout(
        reduction: reduction, shardSizes: sizes, globalSamples: batch.samples, groups: Self.groups)
      let own = first..<first + layout.samplesPerGroup
      first = own.upperBound
      // Group g of the global batch, cut to this rank's samples, one group after the other.
      func local(_ all: [[Float]], _ sampleCount: Int) -> [Float] {
        all.flatMap { $0[own.lowerBound * sampleCount..<own.upperBound * sampleCount] }
      }
      let large = local(operands.large, geometry.large.sampleCount)
      let small = local(operands.small, geometry.small.sampleCount)
      let planned = PlannedConvolution(geometry, kernels, algorithm, threads: threads, layout: layout)
      let forward = planned.forward(large, operands.weights)
      let backwardData = planned.backwardData(small, operands.weights)
      let gradient = planned.backwardWeights(large: large, small: small)
      for group in 0..<Self.groups {
        outputs[group].forward.append(Array(forward[portion(group, of: forward.count)]))
        outputs[group].backwardData.append(Array(backwardData[portion(group, of: backwardData.count)]))
        nodes[group] += gradient[group]
      }
    }
    for group in 0..<Self.groups {
      outcome.forward += bits(outputs[group].forward.flatMap { $0 })
      outcome.backwardData += bits(outputs[group].backwardData.flatMap { $0 })
      outcome.backwardWeights.append(
        bits(root.run({ nodes[group][$0] }, combine: { left, right in zip(left, right).map { $0 + $1 } })))
    }
    return outcome
  }

  private func portion(_ group: Int, of count: Int) -> Range<Int> {
    group * count / Self.groups..<(group + 1) * count / Self.groups
  }

  private func forEachCombination(
    _ samples: Int, _ body: (ConvolutionCase, Operands, ConvolutionAlgorithm) -> Void
  ) {
    for test in Self.cases {
      let operands = Operands(test, samples: samples)
      for algorithm in ConvolutionAlgorithm.allCases where algorithm.suits(test.geometry) {
        body(test, operands, algorithm)
      }
    }
  }

  @Test(arguments: Kernels.available, Batch.all)
  func ranksAndThreadsChangeNoBit(_ kernels: Kernels, _ batch: Batch) {
    forEachCombination(batch.samples) { test, operands, algorithm in
      let alone = outcome(test, operands, batch, ranks: 1, threads: 1, kernels, algorithm)
      #expect(alone.forward.count == Self.groups * batch.samples * test.geometry.small.sampleCount)
      for (ranks, threads) in [(1, 2), (1, 3), (2, 1), (3, 1), (3, 2), (5, 1), (8, 1), (8, 3)] {
        #expect(
          outcome(test, operands, batch, ranks: ranks, threads: threads, kernels, algorithm) == alone,
          "\(test.testDescription), \(algorithm), \(ranks) ranks, \(threads) threads")
      }
    }
  }

  /// The sum over shards is the gradient of the whole batch, and groups do not mix. Its roundings are at most those of
  /// one shard with longer chains, and one for each level of the tree.
  @Test(arguments: Kernels.available, Batch.all)
  func sumsAreTheBatchsGradient(_ kernels: Kernels, _ batch: Batch) {
    let levels = Double(Int.bitWidth - (Self.shards - 1).leadingZeroBitCount)
    forEachCombination(batch.samples) { test, operands, algorithm in
      let found = outcome(test, operands, batch, ranks: 3, threads: 1, kernels, algorithm)
      for group in 0..<Self.groups {
        let truth = test.backwardWeights(operands.large[group], operands.small[group], samples: 0..<batch.samples)
        let bound = ConvolutionErrorBound(
          of: test.geometry, algorithm, .backwardWeights, samples: batch.samples, outputs: truth.count, kernels: kernels
        )
        let expected = (bound.expected * bound.expected + levels * RoundingModel.meanSquare).squareRoot()
        let error = rmsError(found.backwardWeights[group].map(Float.init(bitPattern:)), truth) / bound.scale
        #expect(
          error <= expected * bound.rms / bound.expected, "\(test.testDescription), \(algorithm): \(error), \(expected)"
        )
      }
    }
  }
}
