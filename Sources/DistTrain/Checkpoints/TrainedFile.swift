import Configuration
import Files
import ModelFiles

/// A safetensors file of disttrain's that networks can be built from: a checkpoint, or a generator written by
/// `disttrain export`. Its bytes have been checked by its own hash.
package struct TrainedFile {
  package enum Kind: Sendable {
    case checkpoint
    /// The generator alone, under the names of nn.Sequential.
    case generator
  }

  package let file: SafetensorsFile
  package let kind: Kind
  /// Steps done.
  package let step: Int
  /// Hash of the images of the training.
  package let data: String
  /// The resolved configuration, as YAML; of an exported generator without the paths of its machine.
  package let configurationText: String
  /// nil for a generator.
  package let facts: CheckpointFacts?

  /// What precedes the names of the generator's tensors.
  package var generatorPrefix: String { kind == .checkpoint ? "generator." : "" }

  /// Opens `path` and names it as what it is if it is another file.
  ///
  /// - Parameter use: determines what is expected and advised.
  package init(path: String, for use: Use) throws(FileError) {
    let file: SafetensorsFile
    do throws(FileError) { file = try SafetensorsFile(path: path) } catch { throw use.explained(error) }
    self.file = file
    switch file.metadata["format"] {
    case CheckpointFacts.format: kind = .checkpoint
    case GeneratorFacts.format: kind = .generator
    case let other: throw use.refusal(of: file, format: other)
    }
    guard file.isVerified else {
      throw .damaged(path: path, found: "no SHA-256 of the file in its metadata", expected: "the key \"file\" with one")
    }
    switch kind {
    case .checkpoint:
      let facts = try CheckpointFacts(file)
      self.facts = facts
      (step, data, configurationText) = (facts.step, facts.data, facts.configuration)
    case .generator:
      guard use != .training else {
        throw .foreign(
          path: path, found: "a generator that disttrain has exported", expected: use.expected,
          advice: "it lacks the discriminator and the optimizers: continue from the checkpoint it was exported from")
      }
      guard let facts = GeneratorFacts(metadata: file.metadata) else {
        throw .damaged(
          path: path, found: "the metadata \(file.metadata.keys.sorted().joined(separator: ", "))",
          expected: "step, data and configuration, too")
      }
      self.facts = nil
      (step, data, configurationText) = (facts.step, facts.data, facts.configuration)
    }
  }
}

/// What the file of an exported generator, safetensors or ONNX, holds besides tensors, so that it can be run, and judged
/// by images that its training has not seen.
package struct GeneratorFacts: Equatable, Sendable {
  package let step: Int
  /// Hash of the images of the training.
  package let data: String
  package let configuration: String

  static let format = "disttrain generator 1"

  /// Names no folder of this machine.
  package init(step: Int, data: String, _ configuration: Configuration) {
    var shared = configuration
    shared.data.path = nil
    shared.data.cache = .automatic
    shared.output.folder = "/runs"
    (self.step, self.data, self.configuration) = (step, data, shared.yaml)
  }

  /// The metadata in a file, besides those of every export.
  package var metadata: [String: String] {
    ["format": Self.format, "data": data, "configuration": configuration]
  }

  /// nil if they are not the metadata of such a file, or incomplete.
  package init?(metadata: [String: String]) {
    guard metadata["format"] == Self.format, let step = metadata["step"].flatMap({ Int($0) }), step >= 0,
      let data = metadata["data"], let configuration = metadata["configuration"]
    else { return nil }
    (self.step, self.data, self.configuration) = (step, data, configuration)
  }
}
