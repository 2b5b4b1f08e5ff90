import GAN
import Numerics
import Testing

/// Values that are not finite are found where ranks' sums are added and where the optimizer writes.
@Suite struct TrainingFaultTests {
  /// At any element of a slice of several blocks, in any node, on any number of threads.
  @Test(arguments: [0, 1, 4095, 4096, 65_536, 99_999], [0, 1, 2])
  func inASum(element: Int, node: Int) {
    let threads = Threads(count: 1 + element % 2 + node)
    defer { threads.stop() }
    let kernels = Kernels.available[0]
    let shards = ShardReduction(tree: ShardTree(shards: 5), ranges: [0..<2, 2..<5], rank: 0)
    let (reduction, nodes) = (NodeReduction(shards, kernels: kernels), shards.allNodes)
    nonisolated(unsafe) let buffers = (0..<nodes.count).map { node in
      let buffer = Floats.allocate(capacity: 100_000)
      for place in 0..<100_000 { buffer[place] = Float(node * 100_000 + place) }
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    let sums = (0..<100_000).map { place in buffers.reduce(0) { $0 + $1[place] } }
    #expect(
      reduction.reduce(groups: 1, range: 500..<100_500, threads: threads, into: buffers[0]) { buffers[$1] } == nil)
    #expect((0..<100_000).allSatisfy { buffers[0][$0] == sums[$0] })

    // The first of two is reported.
    buffers[node][element] = .infinity
    if element < 90_000 { buffers[2][90_000] = .nan }
    let fault = reduction.reduce(groups: 1, range: 500..<100_500, threads: threads, into: buffers[0]) { buffers[$1] }
    #expect(fault == GradientFault(shards: nodes[node], element: 500 + element, value: .infinity))
  }

  @Test(arguments: Kernels.available)
  func kernel(_ kernels: Kernels) {
    for count in [1, 3, 16, 65] {
      var values = (0..<count).map { Float($0) - 1e38 }
      #expect(kernels.isFinite(values, count: count))
      for bad in [Float.nan, .infinity, -.infinity, .signalingNaN] {
        for place in 0..<count {
          let kept = values[place]
          values[place] = bad
          #expect(!kernels.isFinite(values, count: count), "\(bad) at \(place) of \(count)")
          values[place] = kept
        }
      }
    }
    #expect(kernels.isFinite([], count: 0))
  }

  /// An update reports whether parameters and averages of squares are finite.
  @Test(arguments: Kernels.available)
  func optimizer(_ kernels: Kernels) {
    func update(_ gradient: Float, learningRate: Double = 1e-3) -> Bool {
      let memory = Floats.allocate(capacity: 3 * 20)
      memory.initialize(repeating: 0, count: 60)
      defer { memory.deallocate() }
      var gradients = [Float](repeating: 1, count: 20)
      gradients[17] = gradient
      return kernels.adam(
        memory, gradient: gradients, mean: memory + 20, square: memory + 40, count: 20,
        AdamCoefficients(
          learningRate: learningRate, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, step: 1))
    }
    #expect(update(1) && update(1e15))
    #expect(!update(3e38), "its square is infinite")
    #expect(!update(.nan) && !update(.infinity))
    #expect(!update(1, learningRate: 1e39), "the parameter is infinite")
  }
}
