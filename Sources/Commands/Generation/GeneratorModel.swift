import Configuration
import DistTrain
import Files
import GAN
import Numerics
import ONNXGraphs
import Reporting

/// Images in memory, with channels last.
package struct GeneratedImages {
  let shape: Shape
  let values: [Float]
}

/// A generator that has been read from a file.
protocol GeneratorModel: AnyObject {
  /// Description of the training that made it.
  var title: String { get }
  var latents: LatentSpecification { get }
  /// The default seed of the latents.
  var seed: UInt64 { get }
  /// Images that are made together.
  var portion: Int { get }

  /// Its training, if the file describes it.
  var training: TrainingRecord? { get }

  /// Why an image cannot be made alone; nil if it can.
  var loneImageProblem: String? { get }

  /// The images of [n, latents.size], n at most `portion`.
  func images(of latents: [Float]) throws -> GeneratedImages

  /// The discriminator's logit for each of the images that were made last; higher for more real.
  func logits(of images: GeneratedImages) throws -> [Float]
}

/// The training of a generator, as its file describes it.
struct TrainingRecord {
  let configuration: Configuration
  /// Hash of the images.
  let data: String
}

/// Opens a model: a generator in ONNX or a file of disttrain's, whatever its name is.
///
/// - Parameter use: what an error expects in place of another file.
func openGenerator(
  _ file: ModelFile, for use: TrainedFile.Use = .generation, kernels: Kernels, threads: Threads
) throws -> any GeneratorModel {
  let path = file.path
  let content: FileContent
  do throws(FileError) { content = try FileContent(path: path) } catch { throw use.explained(error) }
  // A damaged ONNX file may be recognized by its name alone.
  let isONNX = content == .format(.onnx) || path.lowercased().hasSuffix(".onnx") && content.format == nil
  guard isONNX else { return try CheckpointModel(file, for: use, kernels: kernels, threads: threads) }
  guard file.statistics == .running else {
    throw UserFacingError(
      code: .usage, message: "\(path): an ONNX file uses running statistics; leave out --batch-norm batch")
  }
  return ONNXGeneratorModel(try GeneratorGraph(path: path, context: ComputeContext(kernels: kernels, threads: threads)))
}

/// A generator in an ONNX file.
final class ONNXGeneratorModel: GeneratorModel {
  private let graph: GeneratorGraph
  let portion = SamplingModel.independentPortion
  let seed: UInt64 = 1
  var title: String { graph.path }
  var latents: LatentSpecification { graph.latents }

  /// Of files that disttrain has written; what others put there is ignored.
  var training: TrainingRecord? {
    guard let facts = GeneratorFacts(metadata: graph.metadata),
      let configuration = try? Configuration(recorded: facts.configuration, file: graph.path)
    else { return nil }
    return TrainingRecord(configuration: configuration, data: facts.data)
  }

  /// Batch norm goes by the statistics in the file.
  var loneImageProblem: String? { nil }

  init(_ graph: GeneratorGraph) { self.graph = graph }

  func images(of latents: [Float]) throws -> GeneratedImages {
    let (values, shape) = try graph.images(of: latents)
    return GeneratedImages(shape: shape, values: values)
  }

  func logits(of images: GeneratedImages) throws -> [Float] {
    throw UserFacingError(
      code: .usage, message: "\(graph.path): an ONNX file has no discriminator to choose by; give --best a checkpoint")
  }
}
