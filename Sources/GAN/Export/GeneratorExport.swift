import ModelFiles
import Tensor

/// What a file says of the generator in it, besides the layers.
package struct GeneratorFacts: Sendable {
  /// Of the run.
  package var name: String
  /// Steps of training.
  package var step: Int
  package var distribution: LatentSpecification.Distribution

  package init(name: String, step: Int, distribution: LatentSpecification.Distribution) {
    self.name = name
    self.step = step
    self.distribution = distribution
  }

  /// Key of the metadata that says what latents are drawn from.
  static let distributionKey = "latent"

  /// As an ONNX or safetensors file stores them; `range` is that of the pictures' values.
  var metadata: [String: String] {
    ["name": name, "step": "\(step)", Self.distributionKey: distribution.rawValue, "range": "-1 1"]
  }
}

/// A generator as other programs read it.
package enum GeneratorExport {
  /// Version of ONNX's operators that is written.
  package static let opset = 13

  /// The bytes of an ONNX file: input `input` [n, latents], or [n, latents, 1, 1] where the first layer is a convolution,
  /// output `output` [n, channels, height, width], by running statistics as they are now.
  ///
  /// - Parameter layers: those that `generator` was made of.
  package static func onnx(
    of generator: Network, layers: [LayerSpecification], _ facts: GeneratorFacts
  ) -> [UInt8] {
    var graph = ONNXGraphWriting(generator, layers: layers)
    graph.appendLayers()
    return graph.model(opset: opset, producer: "disttrain", metadata: facts.metadata).serialized()
  }

  /// Writes parameters and running statistics to `path` as a safetensors file, under the names that nn.Sequential gives
  /// them.
  package static func writeSafetensors(
    of generator: Network, _ facts: GeneratorFacts, to path: String
  ) throws(ModelFileError) {
    let tensors =
      generator.tensors.map { ($0, $0.values(in: generator.parameters)) }
      + generator.bufferTensors.map { ($0, $0.values(in: generator.buffers)) }
    try SafetensorsWriter.write(
      tensors.map { NamedTensor(name: $0.0.name, shape: $0.0.shape, values: $0.1) }, metadata: facts.metadata, to: path)
  }
}
