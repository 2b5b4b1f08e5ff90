import Files
import ModelFiles

/// A generator as other programs read it.
package enum GeneratorExport {
  /// Version of ONNX's operators that is written.
  private static let opset = 13
  /// Key of the metadata that says what latents are drawn from.
  package static let distributionKey = "latent"

  /// The bytes of an ONNX file: input `input` [n, latents], or [n, latents, 1, 1] where the first layer is a convolution,
  /// output `output` [n, channels, height, width], by running statistics as they are now.
  ///
  /// - Parameter step: steps of training.
  package static func onnx(of model: SamplingModel, after step: Int) -> [UInt8] {
    var graph = ONNXGraphWriting(model.network)
    graph.appendLayers()
    return graph.model(opset: opset, producer: "disttrain", metadata: metadata(model, step)).serialized()
  }

  /// Writes parameters and running statistics to `path` as a safetensors file, under the names that nn.Sequential gives
  /// them.
  package static func writeSafetensors(
    of model: SamplingModel, after step: Int, to path: String
  ) throws(FileError) {
    let network = model.network
    let tensors =
      network.tensors.map { ($0, $0.values(in: network.parameters)) }
      + network.bufferTensors.map { ($0, $0.values(in: network.buffers)) }
    try SafetensorsWriter.write(
      tensors.map { NamedTensor(name: $0.0.name, shape: $0.0.shape, values: $0.1) }, metadata: metadata(model, step),
      to: path)
  }

  /// What a file says of the generator in it, besides the layers; `range` is that of the images' values.
  private static func metadata(_ model: SamplingModel, _ step: Int) -> [String: String] {
    [
      "name": model.name, "step": "\(step)", distributionKey: model.latent.distribution.rawValue, "range": "-1 1",
    ]
  }
}
