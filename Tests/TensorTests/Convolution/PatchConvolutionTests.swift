import Tensor
import Testing

@Suite struct PatchConvolutionTests {
  private let samples = 3

  /// Single-precision sums of up to 528 terms of both signs, of which a few may nearly cancel.
  private let tolerance = 3e-6

  @Test(arguments: Kernels.available, ConvolutionCase.all)
  func agreesWithThePlainLoops(_ kernels: Kernels, _ test: ConvolutionCase) {
    let geometry = test.geometry
    let large = normals(samples * geometry.large.sampleCount, seed: 1)
    let small = normals(samples * geometry.small.sampleCount, seed: 2)
    let weights = normals(geometry.weightCount, seed: 3)
    for algorithm in [ConvolutionAlgorithm.im2col, .direct] {
      let planned = PlannedConvolution(geometry, kernels, algorithm, samples: samples)
      #expect(relativeError(planned.reduce(large, weights), test.reduce(large, weights, samples: samples)) < tolerance)
      #expect(relativeError(planned.expand(small, weights), test.expand(small, weights, samples: samples)) < tolerance)
      #expect(
        relativeError(
          planned.weightGradient(large: large, small: small)[0][0],
          test.weightGradient(large, small, samples: 0..<samples)) < tolerance)
    }
  }

  /// ⟨small, reduce large⟩ = ⟨expand small, large⟩ = ⟨weights, gradient⟩: all three are one trilinear form.
  @Test(arguments: Kernels.available, ConvolutionCase.all)
  func passesAreAdjoint(_ kernels: Kernels, _ test: ConvolutionCase) {
    let geometry = test.geometry
    let planned = PlannedConvolution(geometry, kernels, samples: samples)
    let large = normals(samples * geometry.large.sampleCount, seed: 4)
    let small = normals(samples * geometry.small.sampleCount, seed: 5)
    let weights = normals(geometry.weightCount, seed: 6)
    func product(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    let reduced = product(planned.reduce(large, weights), small)
    let expanded = product(planned.expand(small, weights), large)
    let taught = product(planned.weightGradient(large: large, small: small)[0][0], weights)
    let norms = product(small, small) * product(planned.reduce(large, weights), planned.reduce(large, weights))
    let scale = norms.squareRoot()
    #expect(abs(reduced - expanded) < tolerance * scale)
    #expect(abs(reduced - taught) < tolerance * scale)
  }

  /// PyTorch's weights [small channel][large channel][row][column] have this engine's place, and come back.
  @Test func weightsHavePyTorchsOrderInFiles() {
    let geometry = ConvolutionCase((5, 5), (3, 2), kernel: (2, 4), stride: 1, top: 0, left: 0).geometry
    let values = (0..<geometry.weightCount).map(Float.init)
    let (weights, back) = (zeros(values.count), zeros(values.count))
    geometry.setWeights(weights, fromPyTorch: values)
    for small in 0..<2 {
      for large in 0..<3 {
        for i in 0..<2 {
          for j in 0..<4 {
            #expect(weights[((i * 4 + j) * 3 + large) * 2 + small] == values[((small * 3 + large) * 2 + i) * 4 + j])
          }
        }
      }
    }
    geometry.copyWeights(weights, toPyTorch: back)
    #expect(array(back, values.count) == values)
  }

  /// A shard's pixels may need several matrix products, whose sums go on: 40 samples of 1,024 pixels.
  @Test(arguments: Kernels.available)
  func longShardsAreSummedInPieces(_ kernels: Kernels) {
    let test = ConvolutionCase((32, 32), (1, 2), kernel: (3, 3), stride: 1, top: 1, left: 1)
    let large = normals(40 * test.geometry.large.sampleCount, seed: 7)
    let small = normals(40 * test.geometry.small.sampleCount, seed: 8)
    for algorithm in ConvolutionAlgorithm.allCases {
      let planned = PlannedConvolution(test.geometry, kernels, algorithm, samples: 40)
      let found = planned.weightGradient(large: large, small: small)
      #expect(relativeError(found[0][0], test.weightGradient(large, small, samples: 0..<40)) < 2e-6)
    }
  }
}
