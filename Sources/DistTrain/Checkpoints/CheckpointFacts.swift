import Files
import ModelFiles

/// The state of a run after `step` steps: the content of a checkpoint besides the tensors.
package struct CheckpointFacts: Equatable, Sendable {
  /// Steps done.
  package var step: Int
  package var epoch: Int
  package var shards: Int
  package var seed: UInt64
  /// Updates that Adam has made.
  package var generatorUpdates: Int
  package var discriminatorUpdates: Int
  package var instructionSet: String
  /// Hash of the images.
  package var data: String
  /// The resolved configuration, as YAML; see `Configuration.resolved`.
  package var configuration: String
  /// Settings that were changed on purpose when the run was continued, oldest first, one a line.
  package var changes: String
  /// The quality of the model, if it was measured.
  package var quality: ModelQuality?
  /// The arithmetic of the program that wrote it.
  package var arithmetic: Int

  package init(
    step: Int, epoch: Int, shards: Int, seed: UInt64, generatorUpdates: Int, discriminatorUpdates: Int,
    instructionSet: String, data: String, configuration: String, changes: String, quality: ModelQuality? = nil,
    arithmetic: Int = Arithmetic.current
  ) {
    self.step = step
    self.epoch = epoch
    self.shards = shards
    self.seed = seed
    self.generatorUpdates = generatorUpdates
    self.discriminatorUpdates = discriminatorUpdates
    self.instructionSet = instructionSet
    self.data = data
    self.configuration = configuration
    self.changes = changes
    self.quality = quality
    self.arithmetic = arithmetic
  }

  static let format = "disttrain checkpoint 1"

  /// The metadata in a file.
  package var metadata: [String: String] {
    let facts = [
      "format": Self.format, "step": "\(step)", "epoch": "\(epoch)", "shards": "\(shards)", "seed": "\(seed)",
      "instructionSet": instructionSet, "data": data, "configuration": configuration, "changes": changes,
      "updates.generator": "\(generatorUpdates)", "updates.discriminator": "\(discriminatorUpdates)",
      Arithmetic.key: "\(arithmetic)",
    ]
    return quality.map { facts.merging([ModelQuality.key: $0.description]) { $1 } } ?? facts
  }

  /// Reads the facts of an open checkpoint.
  package init(_ file: SafetensorsFile) throws(FileError) {
    try self.init(metadata: file.metadata, path: file.path)
  }

  /// - Parameter path: the file that an error names.
  init(metadata: [String: String], path: String) throws(FileError) {
    func text(_ key: String) throws(FileError) -> String {
      guard let value = metadata[key] else {
        throw .unsuitable(
          path: path, found: "no \"\(key)\" in the metadata", expected: "a checkpoint of disttrain")
      }
      return value
    }
    func number<Number: FixedWidthInteger>(_ key: String) throws(FileError) -> Number {
      let value = try text(key)
      guard let number = Number(value), number >= 0 else {
        throw .unsuitable(path: path, found: "\"\(key)\" is \"\(value)\"", expected: "a whole number")
      }
      return number
    }
    guard try text("format") == Self.format else {
      throw .unsuitable(path: path, found: "format \(try text("format"))", expected: Self.format)
    }
    step = try number("step")
    epoch = try number("epoch")
    shards = try number("shards")
    seed = try number("seed")
    generatorUpdates = try number("updates.generator")
    discriminatorUpdates = try number("updates.discriminator")
    instructionSet = try text("instructionSet")
    data = try text("data")
    configuration = try text("configuration")
    changes = try text("changes")
    quality = metadata[ModelQuality.key].flatMap(ModelQuality.init)
    arithmetic = metadata[Arithmetic.key] == nil ? Arithmetic.older : try number(Arithmetic.key)
  }
}
