import GAN
import Tensor
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

  /// Runs the network forward and back, and compares everything.
  func check(_ net: TestNetwork, within bound: Double) throws {
    var errors: [String: Double] = [:]
    let output = try net.forward(.training)
    errors["output"] = relativeError(output.pyTorchValues, try tensor("output"))
    let outputGradient = try tensor("outputGradient")
    let gradients = try net.backward { $0.set(fromPyTorch: outputGradient) }
    errors["input's gradient"] = relativeError(gradients.input.pyTorchValues, try tensor("inputGradient"))
    for (name, gradient) in gradients.parameters {
      errors[name] = relativeError(gradient, try tensor("\(name.dropFirst(2))Gradient"))
    }
    let worst = errors.max { $0.value < $1.value }!
    print("\(testDescription), \(net.kernels): \(worst.value) (\(worst.key))")
    for (name, error) in errors { #expect(error < bound, "\(name)") }
  }
}
