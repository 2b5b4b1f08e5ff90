import Tensor
import Testing

/// The same bits on any number of ranks and threads.
@Suite struct ConvolutionShardTests {
  struct Batch: CustomTestStringConvertible, Sendable {
    /// Samples there are, of a batch that `batch` would fill.
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
    // So many tiles that blocks of them end within shards and ranks.
    ConvolutionCase((20, 20), (18, 33), kernel: (4, 4), stride: 2, top: 1, left: 1),
  ]

  /// What all ranks have together.
  private struct Outcome: Equatable {
    var reduced: [UInt32] = []
    var expanded: [UInt32] = []
    /// For each group.
    var gradients: [[UInt32]] = []
  }

  /// Runs every rank one after the other, and the nodes of all of them through the tree's root.
  private func outcome(
    _ test: ConvolutionCase, _ batch: Batch, ranks: Int, threads: Int, _ kernels: Kernels,
    _ algorithm: ConvolutionAlgorithm
  ) -> Outcome {
    let geometry = test.geometry
    let weights = normals(geometry.weightCount, seed: 3)
    let ranges = rankRanges(shards: Self.shards, ranks: ranks)
    var outcome = Outcome()
    var outputs = [(reduced: [[Float]], expanded: [[Float]])](
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
      func local(_ sampleCount: Int, seed: Int) -> [Float] {
        (0..<Self.groups).flatMap { group in
          let all = normals(batch.samples * sampleCount, seed: seed + group)
          return all[own.lowerBound * sampleCount..<own.upperBound * sampleCount]
        }
      }
      let large = local(geometry.large.sampleCount, seed: 10)
      let small = local(geometry.small.sampleCount, seed: 20)
      let planned = PlannedConvolution(geometry, kernels, algorithm, threads: threads, layout: layout)
      let reduced = planned.reduce(large, weights)
      let expanded = planned.expand(small, weights)
      let gradient = planned.weightGradient(large: large, small: small)
      for group in 0..<Self.groups {
        outputs[group].reduced.append(Array(reduced[portion(group, of: reduced.count)]))
        outputs[group].expanded.append(Array(expanded[portion(group, of: expanded.count)]))
        nodes[group] += gradient[group]
      }
    }
    for group in 0..<Self.groups {
      outcome.reduced += bits(outputs[group].reduced.flatMap { $0 })
      outcome.expanded += bits(outputs[group].expanded.flatMap { $0 })
      outcome.gradients.append(
        bits(root.run({ nodes[group][$0] }, combine: { left, right in zip(left, right).map { $0 + $1 } })))
    }
    return outcome
  }

  private func portion(_ group: Int, of count: Int) -> Range<Int> {
    group * count / Self.groups..<(group + 1) * count / Self.groups
  }

  private var combinations: [(ConvolutionCase, ConvolutionAlgorithm)] {
    Self.cases.flatMap { test in
      ConvolutionAlgorithm.allCases.filter { $0.suits(test.geometry) }.map { (test, $0) }
    }
  }

  @Test(arguments: Kernels.available, Batch.all)
  func ranksAndThreadsChangeNoBit(_ kernels: Kernels, _ batch: Batch) {
    for (test, algorithm) in combinations {
      let alone = outcome(test, batch, ranks: 1, threads: 1, kernels, algorithm)
      #expect(alone.reduced.count == Self.groups * batch.samples * test.geometry.small.sampleCount)
      for (ranks, threads) in [(1, 2), (1, 3), (2, 1), (3, 1), (3, 2), (5, 1), (8, 1), (8, 3)] {
        #expect(
          outcome(test, batch, ranks: ranks, threads: threads, kernels, algorithm) == alone,
          "\(test.testDescription), \(algorithm), \(ranks) ranks, \(threads) threads")
      }
    }
  }

  /// The sum over shards is the gradient of the whole batch, and groups do not mix.
  @Test(arguments: Kernels.available, Batch.all)
  func sumsAreTheBatchsGradient(_ kernels: Kernels, _ batch: Batch) {
    for (test, algorithm) in combinations {
      let found = outcome(test, batch, ranks: 3, threads: 1, kernels, algorithm)
      for group in 0..<Self.groups {
        let large = normals(batch.samples * test.geometry.large.sampleCount, seed: 10 + group)
        let small = normals(batch.samples * test.geometry.small.sampleCount, seed: 20 + group)
        let truth = test.weightGradient(large, small, samples: 0..<batch.samples)
        #expect(relativeError(found.gradients[group].map(Float.init(bitPattern:)), truth) < 2e-6)
      }
    }
  }
}
