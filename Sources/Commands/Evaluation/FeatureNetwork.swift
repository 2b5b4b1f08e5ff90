import Files
import GAN
import ImageMetrics
import ModelFiles
import Numerics
import ONNXGraphs
import Reporting

/// A network from an ONNX file that computes features of images, for the Fréchet distance.
struct FeatureNetwork {
  private let path: String
  private let graph: NetworkGraph
  private let input: String
  private let output: String

  init(path: String, context: ComputeContext) throws(FileError) {
    let model = try ONNXModel(path: path)
    guard model.inputs.count == 1, let input = model.inputs.first, let output = model.outputs.first else {
      throw .unsuitable(
        path: path, found: "\(quantity(model.inputs.count, "input")) and \(quantity(model.outputs.count, "output"))",
        expected: "a network of images: one input, an output of features")
    }
    (self.path, self.input, self.output) = (path, input.name, output.name)
    graph = try NetworkGraph(model, path: path, context: context)
  }

  /// The first output for each image. The input is [n, c, h, w] in [−1, 1], at most 32 images at once.
  func features(of images: ImageArray) throws(FileError) -> (values: [Float], dimension: Int) {
    var values: [Float] = []
    for first in stride(from: 0, to: images.count, by: 32) {
      let count = min(32, images.count - first)
      let part = Array(images.values[first * images.imageSize..<(first + count) * images.imageSize])
      let (found, shape) = try graph.run(
        part, shape: [count, images.channels, images.height, images.width], input: input, output: output)
      guard shape.first == count, !found.isEmpty else {
        throw .unsuitable(
          path: path, found: "an output of shape \(shape) for \(quantity(count, "image"))",
          expected: "[\(count), features]")
      }
      if let bad = found.first(where: { !$0.isFinite }) {
        throw .unsuitable(path: path, found: "a feature that is \(bad)", expected: "finite numbers")
      }
      values += found
    }
    let dimension = values.count / images.count
    guard dimension <= Self.mostFeatures else {
      throw .unsuitable(path: path, found: "\(dimension) features", expected: "at most \(Self.mostFeatures)")
    }
    return (values, dimension)
  }

  private static let mostFeatures = 4096
}
