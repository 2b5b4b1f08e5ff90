import Files
import ModelFiles

/// Files of a generator for other programs.
package enum GeneratorExport {
  /// ONNX's operator set version of the files.
  private static let opset = 13
  /// Metadata key of the latents' distribution.
  package static let distributionKey = "latent"

  /// The bytes of an ONNX file, with the current running statistics: input `input` [n, latents], or [n, latents, 1, 1]
  /// if the first layer is a convolution; output `output` [n, channels, height, width].
  ///
  /// - Parameters:
  ///   - step: training steps done.
  ///   - description: further metadata.
  package static func onnx(
    of model: SamplingModel, after step: Int, description: [String: String] = [:]
  ) -> [UInt8] {
    var graph = ONNXGraphWriting(model.network)
    graph.appendLayers()
    let metadata = metadata(model, step, description)
    return graph.model(opset: opset, producer: "disttrain", metadata: metadata).serialized()
  }

  /// Writes parameters and running statistics to `path` as a safetensors file, under nn.Sequential's names.
  ///
  /// - Parameter description: metadata from which the network can be built again.
  package static func writeSafetensors(
    of model: SamplingModel, after step: Int, description: [String: String] = [:], to path: String
  ) throws(FileError) {
    let network = model.network
    let tensors =
      network.tensors.map { ($0, $0.values(in: network.parameters)) }
      + network.bufferTensors.map { ($0, $0.values(in: network.buffers)) }
    try SafetensorsWriter.write(
      tensors.map { NamedTensor(name: $0.0.name, shape: $0.0.shape, values: $0.1) },
      metadata: metadata(model, step, description), to: path)
  }

  /// The metadata of a file; `range` is that of the images' values.
  private static func metadata(
    _ model: SamplingModel, _ step: Int, _ description: [String: String]
  ) -> [String: String] {
    let own = [
      "name": model.name, "step": "\(step)", distributionKey: model.latent.distribution.rawValue, "range": "-1 1",
    ]
    return description.merging(own) { $1 }
  }
}
