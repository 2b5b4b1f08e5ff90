import Cluster
import Configuration
import DistTrain
import Files
import Foundation
import ModelFiles
import TestSupport
import Testing

/// Checkpoints and exported generators, and files that are neither.
@Suite struct TrainedFileTests {
  private let place: TemporaryFolder

  init() throws { place = try TemporaryFolder() }

  private static let yaml =
    "{name: run, seed: 5, data: {source: idx, path: /home/me/digits, cache: /home/me/cache}, train: {steps: 9}}"
  private static let checkpoint = [
    "format": "disttrain checkpoint 1", "step": "7", "epoch": "1", "shards": "4", "seed": "1", "instructionSet": "avx2",
    "data": "ab", "configuration": yaml, "changes": "", "updates.generator": "1", "updates.discriminator": "1",
  ]

  private func write(_ metadata: [String: String], to name: String = "file.safetensors") throws -> String {
    let tensor = NamedTensor(name: "0.weight", shape: [2], values: [1, 2])
    try SafetensorsWriter.write([tensor], metadata: metadata, to: place.file(name))
    return place.file(name)
  }

  private func message(_ path: String, _ use: TrainedFile.Use = .generation) -> String {
    do throws(FileError) {
      _ = try TrainedFile(path: path, for: use)
      return ""
    } catch { return error.description.replacingOccurrences(of: place.path + "/", with: "") }
  }

  /// A generator's file describes its network and its training, but not the machine.
  @Test func aGeneratorNamesNoFolder() throws {
    let trained = try TrainedFile(path: write(Self.checkpoint), for: .generation)
    #expect(
      trained.kind == .checkpoint && trained.step == 7 && trained.data == "ab"
        && trained.generatorPrefix == "generator.")
    let configuration = try Configuration(recorded: trained.configurationText, file: "it")
    let facts = GeneratorFacts(step: 7, data: "ab", configuration)
    #expect(!facts.metadata.description.contains("/home"), "\(facts.metadata)")
    let path = try write(facts.metadata.merging(["step": "7"]) { $1 }, to: "generator.safetensors")
    let generator = try TrainedFile(path: path, for: .generation)
    #expect(generator.kind == .generator && generator.step == 7 && generator.data == "ab" && generator.facts == nil)
    #expect(generator.generatorPrefix.isEmpty)
    var expected = configuration
    (expected.data.path, expected.data.cache) = (nil, .automatic)
    expected.output.folder = "/runs"
    #expect(try Configuration(recorded: generator.configurationText, file: "it") == expected)
    #expect(
      message(path, .training)
        == "generator.safetensors: found a generator that disttrain has exported, expected a checkpoint of disttrain. It "
        + "lacks the discriminator and the optimizers: continue from the checkpoint it was exported from.")
  }

  @Test func olderExportsAreToldFromOthers() throws {
    let older = ["name": "run", "step": "7", "latent": "normal", "range": "-1 1"]
    #expect(
      message(try write(older))
        == "file.safetensors: found a generator exported by an older disttrain, without its layers, expected a checkpoint, "
        + "or a generator in ONNX or exported by disttrain. Export it again from its checkpoint: disttrain export "
        + "CHECKPOINT --format safetensors.")
    #expect(
      message(try write(["format": "disttrain checkpoint 2"])).contains("found the format disttrain checkpoint 2"))
    #expect(message(try write(["step": "1"])).contains("found no \"format\" in the metadata"))
    #expect(message(try write(["format": "disttrain generator 1"])).contains("expected step, data and configuration"))
  }

  /// As safetensors.torch.save_file writes it: metadata with at most `format: pt`, and no hash.
  @Test(arguments: ["", #""__metadata__":{"format":"pt"},"#])
  func pytorchsStateIsNamed(metadata: String) throws {
    let header = Array(
      ("{\(metadata)"
        + #""1.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"#
        + #""0.weight":{"dtype":"F16","shape":[2],"data_offsets":[8,12]}}"#).utf8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    let path = try place.write(length + header + [UInt8](repeating: 0, count: 12), to: "state.safetensors")
    let found =
      "state.safetensors: found tensors without a description of their layers, as PyTorch saves a state "
      + "(0.weight, 1.num_batches_tracked), expected "
    #expect(
      message(path).hasPrefix(found + "a checkpoint, or a generator in ONNX or exported by disttrain. In PyTorch, "))
    #expect(message(path).contains("torch.onnx.export(generator.eval(), latents, \"generator.onnx\")"))
    let resumed = message(path, .training)
    #expect(
      resumed.hasPrefix(found + "a checkpoint of disttrain. Training continues from disttrain's own checkpoints alone"))
    #expect(resumed.contains("--resume none") && resumed.contains("torch.onnx.export"))
  }

  @Test func otherFilesAreNamed() throws {
    func file(_ bytes: [UInt8], _ name: String) throws -> String { try place.write(bytes, to: name) }
    let page = try file(Array("<!doctype html>".utf8), "a.safetensors")
    #expect(
      message(page)
        == "a.safetensors: found an HTML page, expected a checkpoint, or a generator in ONNX or exported by disttrain. A "
        + "download that failed may leave such a page: fetch the file again.")
    let onnx = try file([8, 7, 0x12, 7] + Array("pytorch".utf8), "g.onnx")
    #expect(
      message(onnx, .training).contains("g.onnx: found an ONNX network, expected a checkpoint of disttrain. Training"))
    #expect(message(onnx, .inspection).hasSuffix("Give it to disttrain generate."))
    let pth = try file([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19], "m.pth")
    #expect(message(pth, .training).contains("found an old PyTorch file (pickle), expected a checkpoint of disttrain"))
    #expect(message(pth, .training).contains("--resume none") && message(pth, .training).contains("torch.onnx.export"))
    let picture = try file([0x89, 0x50, 0x4E, 0x47, 1], "1.png")
    #expect(message(picture, .evaluation).hasSuffix("checkpoint, or a generator. Give the folder that it is in."))
  }

  /// The file that may be meant stands in the message.
  @Test func aFolderInPlaceOfAFile() throws {
    #expect(message(place.path + "/").contains("found a folder, expected a regular file"))
    try FileManager.default.createDirectory(atPath: place.file("run/checkpoints"), withIntermediateDirectories: true)
    _ = try place.write([1], to: "run/generator.onnx")
    #expect(message(place.file("run")).contains("The newest one in it is run/generator.onnx."))
    for name in ["000500", "001000", "best"] {
      _ = try write(Self.checkpoint, to: "run/checkpoints/\(name).safetensors")
    }
    for folder in ["run", "run/checkpoints"] {
      #expect(
        message(place.file(folder))
          == "\(folder): found a folder, expected a checkpoint, or a generator in ONNX or exported by disttrain. The newest "
          + "one in it is run/checkpoints/001000.safetensors.")
    }
    #expect(
      message(place.file("run/checkpoints/1000"))
        == "run/checkpoints/1000: found no such file, expected a checkpoint, or a generator in ONNX or exported by "
        + "disttrain. Beside it there is 000500.safetensors, 001000.safetensors, best.safetensors.")
    #expect(message(place.file("absent/1")).contains("cannot open: No such file or directory"))
  }

  @Test func aDamagedCheckpointStaysDamaged() throws {
    let path = try write(Self.checkpoint)
    let good = try Data(contentsOf: URL(fileURLWithPath: path))
    for byte in good.indices {
      var flipped = [UInt8](good)
      flipped[byte] ^= 1 << UInt8(byte % 8)
      _ = try place.write(flipped, to: "flipped.safetensors")
      #expect(throws: FileError.self, "byte \(byte)") {
        try TrainedFile(path: place.file("flipped.safetensors"), for: .training)
      }
    }
  }
}
