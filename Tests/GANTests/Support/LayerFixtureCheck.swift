import GAN
import Numerics
import Testing

extension LayerFixture {
  /// The layers with the case's input, parameters and buffers.
  func network(_ layers: [LayerSpecification], shards: Int, _ kernels: Kernels) throws -> TestNetwork {
    let shape = try #require(try shape("input"))
    let net = try TestNetwork(
      layers, input: Shape(samples: 1, height: shape[2], width: shape[3], channels: shape[1]), samples: shape[0],
      shards: shards, kernels: kernels)
    net.input.set(fromPyTorch: try tensor("input"))
    for tensor in net.network.tensors {
      tensor.set(try self.tensor(String(tensor.name.dropFirst(2))), in: net.network.parameters)
    }
    for tensor in net.network.bufferTensors {
      tensor.set(try self.tensor(String(tensor.name.dropFirst(2))), in: net.network.buffers)
    }
    return net
  }

  /// The results of a forward and a backward pass, and PyTorch's.
  private func results(_ net: TestNetwork) throws -> [String: (found: [Float], truth: [Float])] {
    var results = ["output": (found: try net.forward(.training).pyTorchValues, truth: try tensor("output"))]
    let outputGradient = try tensor("outputGradient")
    let gradients = try net.backward { $0.set(fromPyTorch: outputGradient) }
    results["input's gradient"] = (gradients.input.pyTorchValues, try tensor("inputGradient"))
    for (name, gradient) in gradients.parameters {
      results[name] = (gradient, try tensor("\(name.dropFirst(2))Gradient"))
    }
    return results
  }

  /// Compares all results, by norms.
  ///
  /// - Parameter roundings: bound of the relative error in units of u, with the file's rounding.
  func check(_ net: TestNetwork, within roundings: Double) throws {
    let errors = try results(net).mapValues { relativeError($0.found, $0.truth) / RoundingModel.unit }
    let worst = errors.max { $0.value < $1.value }!
    print("\(testDescription), \(net.kernels): \(worst.value) u of \(roundings) u (\(worst.key))")
    for (name, error) in errors { #expect(error <= roundings, "\(name): \(error) u") }
  }

  /// Compares all results of one convolution, whose values are standard normal, with the errors that its algorithms'
  /// order of summation explains.
  func checkConvolution(_ net: TestNetwork) throws {
    let layer = net.network.convolutions[0]
    let samples = net.layout.samples
    for (name, result) in try results(net) {
      let count = result.truth.count
      var bound: Double
      if name.hasSuffix("bias") {
        // A sum over the output's pixels, in single precision in runs of 64; one rounding of the tree and one of the
        // file.
        let terms = samples * net.network.outputShape.area
        var sum = SummedProducts(Runs(of: 64), isFused: true, addsRuns: false)
        sum.append(1, count: terms)
        bound = RoundingModel.bound(loss: sum.loss + 2 * Double(terms), outputs: count, values: terms * count)
      } else {
        let pass: ConvolutionPass =
          name.hasSuffix("weight")
          ? .backwardWeights : (name == "output") == layer.isTransposed ? .backwardData : .forward
        let error = ConvolutionErrorBound(
          of: layer.convolution.geometry, layer.convolution.choice[pass], pass, samples: samples, outputs: count,
          kernels: net.kernels)
        // Other roundings: the addition of a bias or of two shards' sums, and the file's.
        let square = error.scale * error.scale
        let others = 2 * RoundingModel.meanSquare * (square + 1)
        bound = error.rms / error.expected * (error.expected * error.expected * square + others).squareRoot()
      }
      let found = norm(zip(result.found, result.truth).map { $0 - $1 }) / Double(count).squareRoot()
      print("\(testDescription), \(net.kernels), \(name): \(found / bound) of the bound")
      #expect(found <= bound, "\(name): \(found), bound \(bound)")
    }
  }
}
