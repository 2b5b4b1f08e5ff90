/// A convolution of standard normal numbers, some of whose outputs are computed in double precision.
package final class ConvolutionReference {
  package let geometry: ConvolutionGeometry
  package let samples: Int
  private let seed: UInt64
  /// The most outputs of a pass that are compared.
  private let outputs: Int
  private let arena = Arena()
  fileprivate let large: Tensor
  fileprivate let small: Tensor
  fileprivate let weights: Floats
  private var known: [ConvolutionPass: [(place: Int, truth: Double)]] = [:]

  /// - Parameters:
  ///   - samples: of the one shard.
  ///   - seed: of the operands and of the choice of outputs.
  ///   - outputs: how many outputs are computed in double precision; all if there are fewer.
  package init(_ geometry: ConvolutionGeometry, samples: Int, seed: UInt64 = 0, outputs: Int = 2000) {
    self.geometry = geometry
    self.samples = samples
    self.seed = seed
    self.outputs = outputs
    large = arena.tensor(geometry.large.with(samples: samples))
    small = arena.tensor(geometry.small.with(samples: samples))
    weights = arena.floats(geometry.weightCount)
    let weights = UnsafeMutableBufferPointer(start: weights, count: geometry.weightCount)
    for (index, values) in [large.values, small.values, weights].enumerated() {
      var stream = RandomStream(seed: seed, purpose: .synthetic, sample: index)
      stream.fillNormal(values)
    }
  }

  /// Places of the compared outputs in memory, and their values by the definition.
  fileprivate func truths(of pass: ConvolutionPass) -> [(place: Int, truth: Double)] {
    if let truths = known[pass] { return truths }
    let count =
      switch pass {
      case .forward: small.shape.count
      case .backwardData: large.shape.count
      case .backwardWeights: geometry.weightCount
      }
    var places = Set(count <= outputs ? 0..<count : 0..<0)
    var stream = RandomStream(seed: seed, purpose: .synthetic, sample: 3)
    while places.count < min(count, outputs) { places.insert(stream.next(below: count)) }
    let truths = places.sorted().map { ($0, truth(of: pass, at: $0)) }
    known[pass] = truths
    return truths
  }

  private func truth(of pass: ConvolutionPass, at place: Int) -> Double {
    let (a, b) = (geometry.large.channels, geometry.small.channels)
    let (width, height) = (geometry.small.width, geometry.small.height)
    var sum = 0.0
    switch pass {
    case .forward:
      let (sample, pixel) = (place / b / geometry.small.area, place / b % geometry.small.area)
      for tap in 0..<geometry.taps {
        guard let large = largePixel(sample, pixel / width, pixel % width, tap) else { continue }
        let weights = weights + tap * a * b + place % b
        for channel in 0..<a { sum += Double(large[channel]) * Double(weights[channel * b]) }
      }
    case .backwardData:
      let (sample, pixel) = (place / a / geometry.large.area, place / a % geometry.large.area)
      for tap in 0..<geometry.taps {
        let y = pixel / geometry.large.width + geometry.top - tap / geometry.kernelWidth
        let x = pixel % geometry.large.width + geometry.left - tap % geometry.kernelWidth
        let (row, column) = (y / geometry.stride, x / geometry.stride)
        guard y >= 0, x >= 0, y % geometry.stride == 0, x % geometry.stride == 0, row < height, column < width else {
          continue
        }
        let small = small.sample(sample) + (row * width + column) * b
        let weights = weights + (tap * a + place % a) * b
        for channel in 0..<b { sum += Double(small[channel]) * Double(weights[channel]) }
      }
    case .backwardWeights:
      for sample in 0..<samples {
        for pixel in 0..<geometry.small.area {
          guard let large = largePixel(sample, pixel / width, pixel % width, place / (a * b)) else { continue }
          sum += Double(large[place / b % a]) * Double(small.sample(sample)[pixel * b + place % b])
        }
      }
    }
    return sum
  }

  /// The pixel of the large map that the small one's pixel sees by a tap; nil on the padding.
  private func largePixel(_ sample: Int, _ row: Int, _ column: Int, _ tap: Int) -> Floats? {
    let y = row * geometry.stride - geometry.top + tap / geometry.kernelWidth
    let x = column * geometry.stride - geometry.left + tap % geometry.kernelWidth
    guard (0..<geometry.large.height).contains(y), (0..<geometry.large.width).contains(x) else { return nil }
    return large.sample(sample) + (y * geometry.large.width + x) * geometry.large.channels
  }
}

/// The rounding error of one pass of a convolution, measured on normal numbers, relative to the expected root mean
/// square of the outputs (`ConvolutionErrorBound.scale`).
package struct ConvolutionError: Sendable {
  /// Largest error among the compared outputs.
  package let largest: Double
  /// Root mean square of their errors.
  package let rms: Double
  package let bound: ConvolutionErrorBound

  /// Runs the pass once, on one thread.
  ///
  /// - Parameter algorithm: must suit the geometry.
  package init(
    of algorithm: ConvolutionAlgorithm, _ pass: ConvolutionPass, against reference: ConvolutionReference,
    kernels: Kernels
  ) {
    let geometry = reference.geometry
    let context = ComputeContext(kernels: kernels, threads: Threads(count: 1))
    let convolution = algorithm.plan(geometry, shards: 1, context: context)
    context.workspace.commit()
    let layout = BatchLayout(
      reduction: ShardReduction(shards: 1), shardSizes: [reference.samples], globalSamples: reference.samples)
    let result: Floats
    switch pass {
    case .forward:
      let small = context.arena.tensor(reference.small.shape)
      convolution.forward(reference.large, weights: reference.weights, into: small, layout: layout)
      result = small.data
    case .backwardData:
      let large = context.arena.tensor(reference.large.shape)
      convolution.backwardData(reference.small, weights: reference.weights, into: large, layout: layout)
      result = large.data
    case .backwardWeights:
      let sums = NodeBuffers(groups: 1, nodes: 1, count: geometry.weightCount, in: context.arena)
      convolution.backwardWeights(
        large: reference.large, small: reference.small, into: sums, at: 0, layout: layout)
      result = sums[group: 0, node: 0]
    }
    let truths = reference.truths(of: pass)
    let errors = truths.map { abs(Double(result[$0.place]) - $0.truth) }
    withExtendedLifetime(context) {}
    bound = ConvolutionErrorBound(
      of: geometry, algorithm, pass, samples: reference.samples, outputs: truths.count, kernels: kernels)
    let square = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
    rms = square.squareRoot() / bound.scale
    largest = rms.isNaN ? .nan : errors.max()! / bound.scale
  }
}
