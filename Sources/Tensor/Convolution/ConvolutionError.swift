/// A convolution of standard normal numbers, of which some outputs are known in double precision.
package final class ConvolutionReference {
  package let geometry: ConvolutionGeometry
  package let samples: Int
  /// Outputs of each pass that are compared.
  private let outputs: Int
  private let arena = Arena()
  fileprivate let large: Tensor
  fileprivate let small: Tensor
  fileprivate let weights: Floats
  private var known: [ConvolutionPass: [(place: Int, truth: Double)]] = [:]

  /// - Parameters:
  ///   - samples: of one shard.
  ///   - outputs: that are computed in double precision, chosen at random.
  package init(_ geometry: ConvolutionGeometry, samples: Int, outputs: Int = 500) {
    self.geometry = geometry
    self.samples = samples
    self.outputs = outputs
    large = arena.tensor(geometry.large.with(samples: samples))
    small = arena.tensor(geometry.small.with(samples: samples))
    weights = arena.floats(geometry.weightCount)
    let weights = UnsafeMutableBufferPointer(start: weights, count: geometry.weightCount)
    for (index, values) in [large.values, small.values, weights].enumerated() {
      var stream = RandomStream(seed: 0, purpose: .synthetic, sample: index)
      stream.fillNormal(values)
    }
  }

  /// Places of outputs in memory, and their values by the definition.
  fileprivate func truths(of pass: ConvolutionPass) -> [(place: Int, truth: Double)] {
    if let truths = known[pass] { return truths }
    let count =
      switch pass {
      case .reduce: small.shape.count
      case .expand: large.shape.count
      case .weightGradient: geometry.weightCount
      }
    var stream = RandomStream(seed: 0, purpose: .synthetic, sample: 3)
    let truths = (0..<outputs).map { _ in
      let place = stream.next(below: count)
      return (place, truth(of: pass, at: place))
    }
    known[pass] = truths
    return truths
  }

  private func truth(of pass: ConvolutionPass, at place: Int) -> Double {
    let (a, b) = (geometry.large.channels, geometry.small.channels)
    let (rows, columns, taps) = (0..<geometry.small.height, 0..<geometry.small.width, 0..<geometry.taps)
    switch pass {
    case .reduce:
      let pixel = place / b
      let (sample, row, column) = (
        pixel / geometry.small.area, pixel / columns.count % rows.count, pixel % columns.count
      )
      return sum([sample], [row], [column], taps) { large, weights, _ in
        (0..<a).reduce(0) { $0 + Double(large[$1]) * Double(weights[$1 * b + place % b]) }
      }
    case .expand:
      let pixel = large.data + place / a * a
      return sum([place / geometry.large.sampleCount], rows, columns, taps) { large, weights, small in
        guard large == pixel else { return 0 }
        return (0..<b).reduce(0) { $0 + Double(small[$1]) * Double(weights[place % a * b + $1]) }
      }
    case .weightGradient:
      return sum(0..<samples, rows, columns, [place / (a * b)]) { large, _, small in
        Double(large[place / b % a]) * Double(small[place % b])
      }
    }
  }

  /// Adds up `term` of the channels of every large pixel, tap and small pixel that belong together.
  private func sum(
    _ samples: some Collection<Int>, _ rows: some Collection<Int>, _ columns: some Collection<Int>,
    _ taps: some Collection<Int>, _ term: (_ large: Floats, _ weights: Floats, _ small: Floats) -> Double
  ) -> Double {
    let (a, b) = (geometry.large, geometry.small)
    var sum = 0.0
    for sample in samples {
      for row in rows {
        for column in columns {
          for tap in taps {
            let y = row * geometry.stride - geometry.top + tap / geometry.kernelWidth
            let x = column * geometry.stride - geometry.left + tap % geometry.kernelWidth
            guard (0..<a.height).contains(y), (0..<a.width).contains(x) else { continue }
            sum += term(
              large.sample(sample) + (y * a.width + x) * a.channels, weights + tap * a.channels * b.channels,
              small.sample(sample) + (row * b.width + column) * b.channels)
          }
        }
      }
    }
    return sum
  }
}

/// What rounding costs one pass of a convolution, measured on normal numbers: relative to the true outputs' root mean
/// square.
package struct ConvolutionError: Sendable {
  /// Largest error of the outputs that are compared.
  package let largest: Double
  /// Root mean square of their errors.
  package let rms: Double
  package let bound: ConvolutionErrorBound

  /// Runs the pass once, on one thread.
  ///
  /// - Parameter algorithm: one that suits the geometry.
  package init(
    of algorithm: ConvolutionAlgorithm, _ pass: ConvolutionPass, against reference: ConvolutionReference,
    kernels: Kernels
  ) {
    let geometry = reference.geometry
    let arena = Arena()
    let workspace = Workspace(threads: 1, arena: arena)
    let convolution = algorithm.plan(
      geometry, shards: 1, kernels: kernels, threads: Threads(count: 1), workspace: workspace, arena: arena)
    workspace.commit()
    let layout = BatchLayout(
      reduction: ShardReduction(shards: 1), shardSizes: [reference.samples], globalSamples: reference.samples)
    let result: Floats
    switch pass {
    case .reduce:
      let small = arena.tensor(reference.small.shape)
      convolution.reduce(reference.large, weights: reference.weights, into: small, layout: layout)
      result = small.data
    case .expand:
      let large = arena.tensor(reference.large.shape)
      convolution.expand(reference.small, weights: reference.weights, into: large, layout: layout)
      result = large.data
    case .weightGradient:
      let sums = NodeBuffers(groups: 1, nodes: 1, count: geometry.weightCount, in: arena)
      convolution.weightGradient(
        large: reference.large, small: reference.small, into: sums, at: 0, layout: layout)
      result = sums[group: 0, node: 0]
    }
    let truths = reference.truths(of: pass)
    let errors = truths.map { abs(Double(result[$0.place]) - $0.truth) }
    withExtendedLifetime(arena) {}
    func norm(_ values: [Double]) -> Double { (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot() }
    let scale = norm(truths.map(\.truth))
    rms = norm(errors) / scale
    largest = rms.isNaN ? .nan : errors.max()! / scale
    bound = ConvolutionErrorBound(of: geometry, algorithm, pass, samples: reference.samples, kernels: kernels)
  }
}
