import Numerics
import Testing

@Suite struct PatchConvolutionTests {
  private let samples = 3

  @Test(arguments: Kernels.available, ConvolutionCase.all)
  func agreesWithThePlainLoops(_ kernels: Kernels, _ test: ConvolutionCase) {
    let geometry = test.geometry
    let large = normals(samples * geometry.large.sampleCount, seed: 1)
    let small = normals(samples * geometry.small.sampleCount, seed: 2)
    let weights = normals(geometry.weightCount, seed: 3)
    for algorithm in [ConvolutionAlgorithm.im2col, .direct] {
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
  }

  /// ⟨small, forward large⟩ = ⟨backwardData small, large⟩ = ⟨weights, gradient⟩: all three are one trilinear form.
  @Test(arguments: Kernels.available, ConvolutionCase.all)
  func passesAreAdjoint(_ kernels: Kernels, _ test: ConvolutionCase) {
    let geometry = test.geometry
    let planned = PlannedConvolution(geometry, kernels, samples: samples)
    let large = normals(samples * geometry.large.sampleCount, seed: 4)
    let small = normals(samples * geometry.small.sampleCount, seed: 5)
    let weights = normals(geometry.weightCount, seed: 6)
    func product(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    let forward = product(planned.forward(large, weights), small)
    let backwardData = product(planned.backwardData(small, weights), large)
    let backwardWeights = product(planned.backwardWeights(large: large, small: small)[0][0], weights)
    // |⟨errors, x⟩| ≤ ‖errors‖ ‖x‖, and the norm of all outputs' errors is bounded.
    func allowance(_ pass: ConvolutionPass, outputs: Int, _ other: [Float]) -> Double {
      let bound = ConvolutionErrorBound(
        of: geometry, .im2col, pass, samples: samples, outputs: outputs, kernels: kernels)
      return bound.rms * bound.scale * (Double(outputs) * product(other, other)).squareRoot()
    }
    let own = allowance(.forward, outputs: small.count, small)
    #expect(abs(forward - backwardData) <= own + allowance(.backwardData, outputs: large.count, large))
    #expect(abs(forward - backwardWeights) <= own + allowance(.backwardWeights, outputs: weights.count, weights))
  }

  /// Weights in PyTorch's order, [small channel][large channel][row][column], are converted and converted back.
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

  /// A shard may need several matrix products, which accumulate: 40 samples of 1,024 pixels.
  @Test(arguments: Kernels.available)
  func longShardsAreSummedInPieces(_ kernels: Kernels) {
    let test = ConvolutionCase((32, 32), (1, 2), kernel: (3, 3), stride: 1, top: 1, left: 1)
    let large = normals(40 * test.geometry.large.sampleCount, seed: 7)
    let small = normals(40 * test.geometry.small.sampleCount, seed: 8)
    for algorithm in ConvolutionAlgorithm.allCases {
      let planned = PlannedConvolution(test.geometry, kernels, algorithm, samples: 40)
      let found = planned.backwardWeights(large: large, small: small)
      expectWithinBound(
        found[0][0], test.backwardWeights(large, small, samples: 0..<40), of: test.geometry, algorithm,
        .backwardWeights,
        samples: 40, kernels)
    }
  }
}
