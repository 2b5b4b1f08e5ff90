import Numerics
import Testing

@Suite struct WinogradConvolutionTests {
  private static let algorithms = [ConvolutionAlgorithm.winograd2, .winograd4]

  /// Every kernel that has transforms, channels around the sizes of vectors, maps that are no multiple of a tile.
  private static let cases: [ConvolutionCase] = [
    .init((16, 16), (16, 32), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((7, 9), (3, 5), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((6, 10), (17, 19), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((8, 8), (70, 33), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((4, 4), (33, 9), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((10, 11), (4, 3), kernel: (4, 4), stride: 2, top: 0, left: 1, bottom: 1, right: 1),  // pixels in no window
    .init((5, 6), (5, 3), kernel: (3, 3), stride: 1, top: 1, left: 1),
    .init((9, 9), (20, 40), kernel: (3, 3), stride: 1, top: 1, left: 1),
    .init((9, 8), (6, 4), kernel: (3, 3), stride: 2, top: 1, left: 1),
    .init((8, 8), (18, 34), kernel: (3, 3), stride: 2, top: 0, left: 0, bottom: 1, right: 1),
    .init((9, 6), (7, 4), kernel: (5, 5), stride: 1, top: 2, left: 2),
    .init((11, 9), (3, 6), kernel: (5, 5), stride: 2, top: 2, left: 2),
    .init((16, 16), (18, 34), kernel: (5, 5), stride: 2, top: 1, left: 1, bottom: 2, right: 2),  // TensorFlow's "same"
  ]

  @Test(arguments: Kernels.available, cases)
  func agreesWithThePlainLoops(_ kernels: Kernels, _ test: ConvolutionCase) {
    for algorithm in Self.algorithms { check(test, algorithm, kernels, samples: 3) }
  }

  /// Weights whose transforms are too large to keep are transformed block by block.
  @Test func largeWeightsAgreeToo() {
    let test = ConvolutionCase((4, 4), (200, 220), kernel: (4, 4), stride: 2, top: 1, left: 1)
    for algorithm in Self.algorithms { check(test, algorithm, Kernels(.native), samples: 1) }
  }

  private func check(_ test: ConvolutionCase, _ algorithm: ConvolutionAlgorithm, _ kernels: Kernels, samples: Int) {
    let geometry = test.geometry
    let large = normals(samples * geometry.large.sampleCount, seed: 1)
    let small = normals(samples * geometry.small.sampleCount, seed: 2)
    let weights = normals(geometry.weightCount, seed: 3)
    let planned = PlannedConvolution(geometry, kernels, algorithm, samples: samples)
    func expect(_ pass: ConvolutionPass, _ found: [Float], _ truth: [Double]) {
      expectWithinBound(found, truth, of: geometry, algorithm, pass, samples: samples, kernels)
    }
    expect(.forward, planned.forward(large, weights), test.forward(large, weights, samples: samples))
    expect(.backwardData, planned.backwardData(small, weights), test.backwardData(small, weights, samples: samples))
    expect(
      .backwardWeights, planned.backwardWeights(large: large, small: small)[0][0],
      test.backwardWeights(large, small, samples: 0..<samples))
  }

  @Test func onlyKernelsWithTransformsAreSuited() {
    func suits(_ kernel: (Int, Int), _ stride: Int) -> Bool {
      let test = ConvolutionCase((12, 12), (2, 2), kernel: kernel, stride: stride, top: 0, left: 0)
      return ConvolutionAlgorithm.winograd4.suits(test.geometry)
    }
    #expect(suits((4, 4), 2) && suits((5, 5), 2) && suits((5, 5), 1) && suits((3, 3), 1) && suits((3, 3), 2))
    #expect(!suits((4, 4), 1) && !suits((3, 4), 1) && !suits((4, 4), 3) && !suits((1, 1), 1))
  }
}
