import Tensor
import Testing

@Suite struct WinogradConvolutionTests {
  static let cases: [ConvolutionCase] = [
    .init((16, 16), (16, 32), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((7, 9), (3, 5), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((6, 10), (17, 19), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((8, 8), (70, 33), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((5, 6), (5, 3), kernel: (3, 3), stride: 1, top: 1, left: 1),
    .init((9, 9), (20, 40), kernel: (3, 3), stride: 1, top: 1, left: 1),
    .init((9, 8), (6, 4), kernel: (3, 3), stride: 2, top: 1, left: 1),
    .init((8, 8), (18, 34), kernel: (3, 3), stride: 2, top: 0, left: 0, bottom: 1, right: 1),
    .init((9, 6), (7, 4), kernel: (5, 5), stride: 1, top: 2, left: 2),
    .init((11, 9), (3, 6), kernel: (5, 5), stride: 2, top: 2, left: 2),
    .init((16, 16), (18, 34), kernel: (5, 5), stride: 2, top: 1, left: 1, bottom: 2, right: 2),  // TensorFlow's "same"
    .init((4, 4), (33, 9), kernel: (4, 4), stride: 2, top: 1, left: 1),
  ]

  @Test(arguments: Kernels.available, cases)
  func agreesWithThePlainLoops(_ kernels: Kernels, _ test: ConvolutionCase) {
    let geometry = test.geometry
    let samples = 3
    let large = normals(samples * geometry.large.sampleCount, seed: 1)
    let small = normals(samples * geometry.small.sampleCount, seed: 2)
    let weights = normals(geometry.weightCount, seed: 3)
    for tile in [ConvolutionAlgorithm.winograd2, .winograd4] {
      let planned = PlannedConvolution(geometry, kernels, tile, samples: samples)
      let errors = [
        relativeError(planned.reduce(large, weights), test.reduce(large, weights, samples: samples)),
        relativeError(planned.expand(small, weights), test.expand(small, weights, samples: samples)),
        relativeError(
          planned.weightGradient(large: large, small: small)[0][0],
          test.weightGradient(large, small, samples: 0..<samples)),
      ]
      print(tile, test.testDescription, kernels, errors)
      for error in errors { #expect(error < 1e-4) }
    }
  }
}
