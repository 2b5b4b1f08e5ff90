import Files
import Foundation
import GAN
import ModelFiles
import Numerics
import Testing

/// Generators written as files for other programs. `onnx.safetensors` has the files of these networks and onnxruntime's
/// outputs.
@Suite struct ExportTests {
  private static let kernels = Kernels(.native)

  /// Every kind of layer, once after a convolution and once after a dense layer.
  static let networks: [String: [LayerSpecification]] = [
    "map": [
      .transposedConvolution(.init(channels: 6, kernel: 4, padding: 0, bias: false)), .batchNorm(), .relu,
      .transposedConvolution(.init(channels: 5, kernel: 5, stride: 2, padding: .same, bias: true)),
      .batchNorm(.init(alwaysBatch: true)), .leakyRelu(slope: 0.2), .upsample(scale: 2, mode: .nearest),
      .convolution(.init(channels: 4, kernel: 3, padding: 1, bias: true)), .relu,
      .batchNorm(.init(epsilon: 1e-3, momentum: 0.01)), .dropout(rate: 0.5, kind: .channel),
      .transposedConvolution(.init(channels: 3, kernel: 3, stride: 2, padding: 1, outputPadding: 1, bias: true)), .tanh,
    ],
    "vector": [
      .dense(units: 36), .leakyRelu(slope: 0.3), .reshape(.init(channels: 4, height: 3, width: 3)),
      .upsample(scale: 2, mode: .bilinear), .convolution(.init(channels: 5, kernel: 3, padding: .same, bias: false)),
      .batchNorm(), .dropout(rate: 0.5),
      .convolution(.init(channels: 3, kernel: 5, stride: 2, padding: .same, bias: true)),
      .flatten, .dense(units: 12, bias: false), .batchNorm(), .batchNorm(.init(alwaysBatch: true)),
      .reshape(.init(channels: 3, height: 2, width: 2)),
      .transposedConvolution(.init(channels: 2, kernel: 2, stride: 3, padding: .same, bias: true)),
      .convolution(.init(channels: 1, kernel: 3, stride: 2, padding: 1, bias: true)), .tanh,
    ],
    "outputIsVector": [.dense(units: 3), .tanh],
  ]

  static func network(_ name: String) throws -> Network {
    let engine = Engine(kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: 1, kernels: kernels))
    let input = Shape(samples: 1, height: 1, width: 1, channels: 4)
    let network = try Network(name: "generator", layers: networks[name]!, input: input, groups: 1, engine: engine)
    network.initialize(
      .init(weights: .normal(deviation: 0.4), biases: .framework, scaleDeviation: 0.3), seed: 5, number: 0)
    for (place, tensor) in network.bufferTensors.enumerated() {
      let isVariance = tensor.role == .runningVariance
      tensor.set(
        (0..<tensor.count).map { isVariance ? 0.5 + 0.125 * Float($0) : 0.25 * Float($0 - place) }, in: network.buffers)
    }
    return network
  }

  private static func model(_ network: Network) -> SamplingModel {
    SamplingModel(name: "test", network: network, latent: .init(size: 4, distribution: .uniform), seed: 1)
  }

  private static func exported(_ name: String) throws -> [UInt8] {
    GeneratorExport.onnx(of: model(try network(name)), after: 12)
  }

  @Test(arguments: networks.keys.sorted())
  func theFileIsTheOneThatOnnxruntimeRan(name: String) throws {
    let bytes = try Self.exported(name)
    if let folder = ProcessInfo.processInfo.environment["DISTTRAIN_EXPORTS"] {
      try AtomicFile.replace("\(folder)/\(name).onnx", with: bytes)
    }
    #expect(try fixture("onnx").bytes("own-\(name)/model") == bytes)
  }

  @Test(arguments: networks.keys.sorted())
  func onnxruntimeMakesTheSameImages(name: String) throws {
    let latents = try fixture("onnx").floats("own-\(name)/input")
    let truth = try fixture("onnx").floats("own-\(name)/output")
    let network = try Self.network(name)
    let engine = Engine(
      kernels: Self.kernels, threads: Threads(count: 1), peers: SingleRank(shards: 1, kernels: Self.kernels))
    let input = engine.arena.tensor(network.inputShape.with(samples: latents.count / 4))
    input.data.update(from: latents, count: latents.count)
    let inference = Inference(network, count: input.shape.samples, engine: engine)
    let images = try inference.output(of: input, .runningStatistics)
    #expect(relativeError(images.pyTorchValues, truth) <= NetworkContract.result)
    #expect(Set(truth).count > truth.count / 2, "images of some contrast")
  }

  @Test func whatTheFileSaysOfItself() throws {
    let model = try ONNXModel(bytes: Self.exported("map"), path: "map.onnx")
    #expect(model.opset == 13 && model.producer == "disttrain")
    #expect(model.metadata == ["name": "test", "step": "12", "latent": "uniform", "range": "-1 1"])
    #expect(model.inputs == [.init(name: "input", shape: [.any("n"), .fixed(4), .fixed(1), .fixed(1)])])
    #expect(model.outputs == [.init(name: "output", shape: [.any("n"), .fixed(3), .fixed(32), .fixed(32)])])
    let vector = try ONNXModel(bytes: Self.exported("vector"), path: "vector.onnx")
    #expect(vector.inputs == [.init(name: "input", shape: [.any("n"), .fixed(4)])])
  }

  @Test func safetensorsHaveSequentialsNames() throws {
    let path = NSTemporaryDirectory() + "disttrain-export-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let network = try Self.network("map")
    try GeneratorExport.writeSafetensors(of: Self.model(network), after: 12, to: path)
    let file = try SafetensorsFile(path: path, verification: .required)
    let shapes = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, $0.shape) })
    #expect(shapes["0.weight"] == [4, 6, 4, 4] && shapes["7.weight"] == [4, 5, 3, 3] && shapes["7.bias"] == [4])
    #expect(shapes["1.running_var"] == [6] && shapes.count == 1 + 4 + 2 + 4 + 2 + 4 + 2)
    // The fixture's file has them in PyTorch's order, too.
    let model = try ONNXModel(bytes: Self.exported("map"), path: "map.onnx")
    let constant = try #require(model.constants.first { $0.name == "0.weight" })
    #expect(constant.tensor.values == .floats(try file.floats("0.weight")))
    #expect(file.metadata["step"] == "12")
  }
}
