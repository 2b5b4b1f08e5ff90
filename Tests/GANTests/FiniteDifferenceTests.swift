import GAN
import Numerics
import Testing

/// Gradients against central differences of the function itself.
///
/// The step is 1e-3. Outputs of size 1 have errors of about 2 u each, so the error of a difference of Σ weight · output
/// over n outputs is √2 · 2 u · √n / 2e-3: 1.5e-3 for the 300 outputs here, whose gradients have entries of size 1 and
/// more. The curvature adds 1e-6. Twice that is allowed. No rectifier's input changes its sign within a step.
@Suite struct FiniteDifferenceTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let layers: [LayerSpecification]
    var groups = 1
    var shards = 1
    /// Channels of the 4×3 input.
    var channels = 3

    static let rectifiers: [(String, LayerSpecification)] = [
      ("ReLU", .relu), ("LeakyReLU", .leakyRelu(slope: 0.2)),
    ]
    private static let window = ConvolutionSpecification(channels: 4, kernel: 3, stride: 2, padding: 1, bias: false)
    private static let biased = ConvolutionSpecification(channels: 2, kernel: 4, stride: 2, padding: 1, bias: true)

    private static let vector = FeatureShape(channels: 1, height: 5, width: 1)

    static let all: [Case] =
      [
        Case(testDescription: "convolution", layers: [.convolution(window)]),
        Case(testDescription: "convolution with bias", layers: [.convolution(biased)], shards: 2),
        Case(testDescription: "transposed convolution", layers: [.transposedConvolution(window)]),
        Case(testDescription: "transposed convolution with bias", layers: [.transposedConvolution(biased)], shards: 3),
        Case(testDescription: "dense", layers: [.flatten, .dense(units: 5), .reshape(vector)], shards: 2),
        Case(testDescription: "reshape", layers: [.reshape(FeatureShape(channels: 2, height: 3, width: 6))]),
        Case(testDescription: "upsample, bilinear", layers: [.upsample(scale: 2, mode: .bilinear)], shards: 2),
        Case(testDescription: "upsample, nearest", layers: [.tanh, .upsample(scale: 3, mode: .nearest), .tanh]),
        Case(testDescription: "tanh", layers: [.tanh]),
        Case(testDescription: "batch norm", layers: [.batchNorm()]),
        Case(testDescription: "batch norm, 2 groups, 3 shards", layers: [.batchNorm()], groups: 2, shards: 3),
        Case(testDescription: "batch norm with another epsilon", layers: [.batchNorm(.init(epsilon: 0.1))]),
        Case(testDescription: "tanh, LeakyReLU", layers: [.tanh, .leakyRelu(slope: 0.2)]),
        Case(testDescription: "tanh, tanh", layers: [.convolution(window), .tanh, .tanh]),
        Case(testDescription: "batch norm, tanh", layers: [.batchNorm(), .tanh]),
        Case(
          testDescription: "a small discriminator",
          layers: [
            .convolution(biased), .leakyRelu(slope: 0.2), .transposedConvolution(window), .batchNorm(), .relu,
            .convolution(window), .tanh,
          ], groups: 2, shards: 2),
        Case(
          testDescription: "a branch from a convolution",
          layers: [
            .convolution(biased), .leakyRelu(slope: 0.2), .convolution(window), .branch(from: 0), .tanh, .tanh,
          ], shards: 2),
        Case(
          testDescription: "branches from a rectifier, a batch norm and an output",
          layers: [
            .convolution(window), .batchNorm(), .leakyRelu(slope: 0.2), .convolution(window), .branch(from: 2),
            .transposedConvolution(biased), .branch(from: 1), .tanh, .branch(from: 3), .convolution(window),
          ], groups: 2, shards: 3),
      ]
      + rectifiers.flatMap { name, rectifier in
        [
          Case(testDescription: name, layers: [rectifier]),
          Case(testDescription: "batch norm, \(name)", layers: [.batchNorm(), rectifier]),
          Case(
            testDescription: "batch norm, \(name), 2 groups", layers: [.batchNorm(), rectifier], groups: 2, shards: 2),
        ]
      }
  }

  private let step: Float = 1e-3

  @Test(arguments: Kernels.available, Case.all)
  func gradientsAgree(_ kernels: Kernels, _ test: Case) throws {
    let net = try prepared(test, kernels)
    let weights = net.network.outputShapes.enumerated().map { output, shape in
      normals(net.layout.samples * shape.sampleCount, seed: 77 + output)
    }
    func value() throws -> Double {
      _ = try net.forward()
      return zip(weights, net.outputs).reduce(0) { sum, output in
        output.0.indices.reduce(sum) { $0 + Double(output.0[$1]) * Double(output.1.data[$1]) }
      }
    }
    func differences(_ places: [Floats]) throws -> [Double] {
      try places.map { place in
        let original = place.pointee
        defer { place.pointee = original }
        place.pointee = original + step
        let (above, up) = (try value(), place.pointee)
        place.pointee = original - step
        return (above - (try value())) / Double(up - place.pointee)
      }
    }

    _ = try value()
    let gradients = try net.backward { output, start in
      start.data.update(from: weights[output], count: weights[output].count)
    }
    let found = array(gradients.input.data, net.input.shape.count)
    var errors = [
      "input": relativeError(
        found.map(Double.init), try differences((0..<net.input.shape.count).map { net.input.data + $0 }))
    ]
    for tensor in net.network.tensors {
      // The same permutation puts the differences in the order of the gradients.
      let inOrder = try differences(tensor.range.map { net.network.parameters + $0 }).map(Float.init)
      let flat = [Float](repeating: 0, count: tensor.offset) + inOrder
      let truth = flat.withUnsafeBufferPointer { tensor.values(in: Floats(mutating: $0.baseAddress!)) }
      errors[tensor.name] = relativeError(gradients.parameters[tensor.name]!, truth)
    }
    print("finite differences, \(kernels), \(test.testDescription): \(errors)")
    for (name, error) in errors { #expect(error < 3e-3, "\(name)") }
  }

  /// The network with the first seed at which the rectifiers' inputs stay away from the kink.
  private func prepared(_ test: Case, _ kernels: Kernels) throws -> TestNetwork {
    let shape = Shape(samples: 1, height: 4, width: 3, channels: test.channels)
    let net = try TestNetwork(
      test.layers, input: shape, samples: 4, groups: test.groups, shards: test.shards, kernels: kernels)
    let hasRectifier = test.layers.contains { $0 == .relu || $0 == .leakyRelu(slope: 0.2) }
    for seed in 1...500 {
      net.input.data.update(from: normals(net.input.shape.count, seed: seed), count: net.input.shape.count)
      for (index, tensor) in net.network.tensors.enumerated() {
        let isScale = tensor.role == .scale
        let values = normals(
          tensor.count, seed: 1000 * seed + index, mean: isScale ? 1 : 0, deviation: isScale ? 0.2 : 0.5)
        tensor.set(values, in: net.network.parameters)
      }
      if !hasRectifier { return net }
      var nearest = Float.infinity
      net.network.inspect = { event in
        // A rectifier's output, or that of the batch norm it is part of; a ReLU's zeros do not show the distance from
        // the kink.
        nearest = min(nearest, event.tensor.values.reduce(.infinity) { $1 == 0 ? $0 : min($0, abs($1)) })
      }
      _ = try net.forward()
      net.network.inspect = nil
      if nearest > 1e-3 { return net }
    }
    preconditionFailure("no seed keeps \(test.testDescription) away from its kink")
  }
}
