import GAN
import ModelFiles
import Tensor

/// Pictures in memory, with channels last.
struct Pictures {
  let shape: Shape
  let values: [Float]
}

/// A generator that has been read from a file.
protocol GeneratorModel: AnyObject {
  /// For people: which training it is from.
  var title: String { get }
  var latents: LatentSpecification { get }
  /// Of the latents where nobody asks for another.
  var seed: UInt64 { get }
  /// Pictures that are made together: few enough for memory, many enough for all threads.
  var portion: Int { get }

  /// The pictures of [n, latents.size], n at most `portion`.
  func pictures(of latents: [Float]) throws -> Pictures

  /// How real the pictures that were made last look to the discriminator: its logit for each, higher for more real.
  func logits(of pictures: Pictures) throws -> [Float]
}

/// By which statistics batch norm goes when pictures are made.
package enum GenerationStatistics: String, CaseIterable, Sendable {
  /// Those of the training: a picture depends on its latent alone.
  case running
  /// Those of the pictures that are made together.
  case batch

  var mode: ForwardMode { self == .running ? .runningStatistics : .batchStatistics }
}

/// Opens a model: an ONNX file by its name, a checkpoint otherwise.
func openGenerator(
  _ path: String, _ statistics: GenerationStatistics, kernels: Kernels, threads: Threads
) throws -> any GeneratorModel {
  guard path.lowercased().hasSuffix(".onnx") else {
    return try CheckpointModel(path: path, statistics, kernels: kernels, threads: threads)
  }
  guard statistics == .running else {
    throw UserFacingError(
      code: .usage, message: "\(path): an ONNX file goes by running statistics; leave out --batch-norm batch")
  }
  return ONNXGeneratorModel(try GeneratorGraph(path: path, kernels: kernels, threads: threads))
}

/// A generator in an ONNX file.
final class ONNXGeneratorModel: GeneratorModel {
  private let graph: GeneratorGraph
  let portion = 32
  let seed: UInt64 = 1
  var title: String { graph.path }
  var latents: LatentSpecification { graph.latents }

  init(_ graph: GeneratorGraph) { self.graph = graph }

  func pictures(of latents: [Float]) throws -> Pictures {
    let (values, shape) = try graph.images(of: latents)
    return Pictures(shape: shape, values: values)
  }

  func logits(of pictures: Pictures) throws -> [Float] {
    throw UserFacingError(
      code: .usage, message: "\(graph.path): an ONNX file has no discriminator to choose by; give --best a checkpoint")
  }
}
