import GAN
import Numerics
import Testing

/// Weights whose singular values are known. Gradients are tested against PyTorch (`TraceReplayTests`), and by central
/// differences (`DebugTests`).
@Suite struct SpectralNormTests {
  private func network(_ layer: LayerSpecification, input: Shape, _ kernels: Kernels) throws -> TestNetwork {
    try TestNetwork([layer], input: input, samples: 1, kernels: kernels)
  }

  /// A diagonal matrix: its largest singular value is its largest element, with the unit vectors of its row and column.
  @Test(arguments: Kernels.available)
  func convergesToTheLargestSingularValue(_ kernels: Kernels) throws {
    let input = Shape(samples: 1, height: 1, width: 1, channels: 3)
    let net = try network(.dense(units: 2, spectralNorm: true), input: input, kernels)
    net.network.initialize(InitializationSpecification(), seed: 1, number: 0)
    try set("0.weight", [-0.5, 0, 0, 0, 4, 0], net)
    try set("0.bias", [0.25, 1], net)
    for _ in 0..<20 { net.network.iterateSpectralNorms() }
    net.input.data.update(from: [1, 2, 3], count: 3)
    // Divided by 4; the bias is not.
    let found = array(try net.forward().data, 2)
    #expect(zip(found, [-0.125 + 0.25, 2 + 1] as [Float]).allSatisfy { abs($0 - $1) < 1e-6 }, "\(found)")
    let u = try vector("0.weight_u", net)
    let v = try vector("0.weight_v", net)
    #expect(abs(u[0]) < 1e-6 && abs(abs(u[1]) - 1) < 1e-6, "\(u)")
    #expect(abs(v[0]) < 1e-6 && abs(abs(v[1]) - 1) < 1e-6 && v[2] == 0, "\(v)")
  }

  /// A window of 2×2 on 2 channels: v is in PyTorch's order, channel by channel.
  @Test(arguments: Kernels.available)
  func orderOfAVector(_ kernels: Kernels) throws {
    let input = Shape(samples: 1, height: 2, width: 2, channels: 2)
    let layer = LayerSpecification.convolution(
      .init(channels: 1, kernel: 2, padding: 0, bias: false, spectralNorm: true))
    let net = try network(layer, input: input, kernels)
    net.network.initialize(InitializationSpecification(), seed: 1, number: 0)
    let weights: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
    try set("0.weight", weights, net)
    net.network.iterateSpectralNorms()
    // Of one row: v is the row, divided by its norm √204.
    let sign: Float = try vector("0.weight_u", net)[0]
    let v = try vector("0.weight_v", net)
    #expect(abs(sign) == 1)
    #expect(zip(v, weights).allSatisfy { abs($0 - sign * $1 / Float(204).squareRoot()) < 1e-6 }, "\(v)")
  }

  /// As in PyTorch, norms below 1e-12 count as 1e-12.
  @Test func weightsOfZeroStayFinite() throws {
    let input = Shape(samples: 1, height: 1, width: 1, channels: 3)
    let net = try network(.dense(units: 2, bias: false, spectralNorm: true), input: input, Kernels(.native))
    net.network.iterateSpectralNorms()
    net.input.data.update(from: [1, 2, 3], count: 3)
    #expect(array(try net.forward().data, 2) == [0, 0])
  }

  private func set(_ name: String, _ values: [Float], _ net: TestNetwork) throws {
    let tensor = try #require(net.network.tensors.first { $0.name == name })
    tensor.set(values, in: net.network.parameters)
  }

  private func vector(_ name: String, _ net: TestNetwork) throws -> [Float] {
    try #require(net.network.bufferTensors.first { $0.name == name }).values(in: net.network.buffers)
  }
}
