import Files
import GAN
import ModelFiles
import Numerics

/// A generator from an ONNX file of disttrain or of another program: one input of latents, one output of images.
package final class GeneratorGraph {
  package let path: String
  package let latents: LatentSpecification
  /// Of the file.
  package let metadata: [String: String]
  /// The file's shape of one latent.
  private let latentShape: [Int]
  /// The number of images in each run, if the file fixes it.
  private let fixedCount: Int?
  private let graph: NetworkGraph
  private let input: String
  private let output: String

  package convenience init(path: String, context: ComputeContext) throws(FileError) {
    try self.init(ONNXModel(path: path), path: path, context: context)
  }

  package init(_ model: ONNXModel, path: String, context: ComputeContext) throws(FileError) {
    self.path = path
    guard model.inputs.count == 1, let input = model.inputs.first, let output = model.outputs.first else {
      throw .unsuitable(
        path: path, found: "\(quantity(model.inputs.count, "input")) and \(quantity(model.outputs.count, "output"))",
        expected: "a generator: one input of latents, an output of images")
    }
    (self.input, self.output, metadata) = (input.name, output.name, model.metadata)
    guard let shape = input.shape, shape.count >= 2 else {
      throw .unsuitable(
        path: path, found: "input \(input.name.debugDescription) without a shape [n, latents]", expected: "one")
    }
    fixedCount = if case .fixed(let count) = shape[0] { count } else { nil }
    latentShape = try shape.dropFirst().map { size throws(FileError) in
      guard case .fixed(let count) = size, 1...Self.largestLatent ~= count else {
        throw .unsuitable(
          path: path, found: "input \(input.name.debugDescription) of shape \(shape.map(\.text))",
          expected: "[n, latents] or [n, latents, 1, 1] with the number of latents")
      }
      return count
    }
    // Capped before each multiplication, so that the product cannot overflow.
    let size = latentShape.reduce(1) { min($0, Self.largestLatent + 1) * $1 }
    guard 1...Self.largestLatent ~= size, fixedCount.map({ 1...Self.largestCount ~= $0 }) ?? true else {
      throw .unsuitable(
        path: path, found: "input \(input.name.debugDescription) of shape \(shape.map(\.text))",
        expected: "at most \(Self.largestLatent) latents and \(Self.largestCount) images at once")
    }
    let distribution = model.metadata[GeneratorExport.distributionKey].flatMap(LatentSpecification.Distribution.init)
    latents = LatentSpecification(size: size, distribution: distribution ?? .normal)
    graph = try NetworkGraph(model, path: path, context: context)
  }

  private static let largestLatent = 1 << 20
  private static let largestCount = 1 << 16

  /// The images of the latents `values`, [n, latents.size]: pixel values with channels last, and their shape.
  package func images(of values: [Float]) throws(FileError) -> (values: [Float], shape: Shape) {
    let count = values.count / latents.size
    precondition(count > 0 && values.count == count * latents.size, "whole latents")
    guard let fixedCount else { return try run(values, count) }
    var (images, made): ([Float], Shape?) = ([], nil)
    for first in stride(from: 0, to: count, by: fixedCount) {
      let part = values[first * latents.size..<min(count, first + fixedCount) * latents.size]
      let filler = [Float](repeating: 0, count: fixedCount * latents.size - part.count)
      let (portion, shape) = try run(part + filler, fixedCount)
      images += portion.prefix(part.count / latents.size * shape.sampleCount)
      made = shape
    }
    return (images, made!.with(samples: count))
  }

  private func run(_ values: [Float], _ count: Int) throws(FileError) -> ([Float], Shape) {
    let (images, shape) = try graph.run(values, shape: [count] + latentShape, input: input, output: output)
    guard shape.count == 4, shape[0] == count, shape[1] == 1 || shape[1] == 3, shape[2] > 0, shape[3] > 0 else {
      throw .unsuitable(
        path: path, found: "an output of shape \(shape) for \(quantity(count, "latent"))",
        expected: "[\(count), 1 or 3 channels, height, width]")
    }
    return (images, Shape(samples: count, height: shape[2], width: shape[3], channels: shape[1]))
  }
}

extension ONNXValue.Size {
  fileprivate var text: String {
    switch self {
    case .fixed(let count): "\(count)"
    case .any(let name): name.isEmpty ? "?" : name
    }
  }
}
