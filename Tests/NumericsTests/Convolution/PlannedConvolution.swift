import Numerics
import Testing

/// A convolution planned for a rank, run on arrays.
struct PlannedConvolution {
  let convolution: any Convolution
  let layout: BatchLayout
  private let context: ComputeContext

  init(
    _ geometry: ConvolutionGeometry, _ kernels: Kernels, _ algorithm: ConvolutionAlgorithm = .im2col, threads: Int = 1,
    layout: BatchLayout
  ) {
    self.layout = layout
    context = ComputeContext(kernels: kernels, threads: Threads(count: threads))
    convolution = algorithm.plan(geometry, shards: layout.reduction.range.count, context: context)
    context.workspace.commit()
  }

  /// All samples in one shard.
  init(
    _ geometry: ConvolutionGeometry, _ kernels: Kernels, _ algorithm: ConvolutionAlgorithm = .im2col, threads: Int = 1,
    samples: Int
  ) {
    self.init(
      geometry, kernels, algorithm, threads: threads,
      layout: BatchLayout(reduction: ShardReduction(shards: 1), shardSizes: [samples], globalSamples: samples))
  }

  private var large: Shape { convolution.geometry.large.with(samples: layout.samples) }
  private var small: Shape { convolution.geometry.small.with(samples: layout.samples) }

  func forward(_ values: [Float], _ weights: [Float]) -> [Float] {
    let result = floats([Float](repeating: .nan, count: small.count))  // everything must be overwritten
    convolution.forward(
      Tensor(large, floats(values)), weights: floats(weights), into: Tensor(small, result), layout: layout)
    return array(result, small.count)
  }

  func backwardData(_ values: [Float], _ weights: [Float]) -> [Float] {
    let result = floats([Float](repeating: .nan, count: large.count))
    convolution.backwardData(
      Tensor(small, floats(values)), weights: floats(weights), into: Tensor(large, result), layout: layout)
    return array(result, large.count)
  }

  /// [group][node] sums of the weights' gradients.
  func backwardWeights(large values: [Float], small gradient: [Float]) -> [[[Float]]] {
    let offset = 5
    let count = convolution.geometry.weightCount
    let nodes = layout.reduction.nodes.count
    let arena = Arena()
    let sums = NodeBuffers(groups: layout.groups, nodes: nodes, count: offset + count + 3, in: arena)
    convolution.backwardWeights(
      large: Tensor(large, floats(values)), small: Tensor(small, floats(gradient)), into: sums, at: offset,
      layout: layout)
    return withExtendedLifetime(arena) {
      (0..<layout.groups).map { group in
        (0..<nodes).map { node in
          let sum = sums[group: group, node: node]
          precondition(array(sum, offset) == [0, 0, 0, 0, 0], "written before the offset")
          precondition(array(sum + offset + count, 3) == [0, 0, 0], "written behind the weights")
          return array(sum + offset, count)
        }
      }
    }
  }
}

/// Expects the errors of an algorithm's results, for standard normal numbers in one shard, to keep their bounds.
func expectWithinBound(
  _ found: [Float], _ truth: [Double], of geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm,
  _ pass: ConvolutionPass, samples: Int, _ kernels: Kernels, at location: SourceLocation = #_sourceLocation
) {
  let bound = ConvolutionErrorBound(
    of: geometry, algorithm, pass, samples: samples, outputs: found.count, kernels: kernels)
  let rms = rmsError(found, truth) / bound.scale
  #expect(rms <= bound.rms, "\(algorithm), \(pass): \(rms), bound \(bound.rms)", sourceLocation: location)
  let largest = worstRatio(found, truth, bounds: truth.map { _ in bound.scale })
  #expect(
    largest <= bound.largest, "\(algorithm), \(pass): \(largest), bound \(bound.largest)", sourceLocation: location)
}

/// Sizes of the shards in `range` for `samples` samples, cut like a full batch of `batch` samples.
func shardSizes(_ samples: Int, batch: Int, shards: Int, in range: Range<Int>) -> [Int] {
  range.map { shard in (0..<samples).count { $0 * shards / batch == shard } }
}

/// The ranges of shards that `ranks` ranks hold.
func rankRanges(shards: Int, ranks: Int) -> [Range<Int>] {
  (0..<ranks).map { $0 * shards / ranks..<($0 + 1) * shards / ranks }
}
