import Foundation
import ModelFiles
import Testing

extension CommandLineTests {
  /// `disttrain export`: a checkpoint's generator as other programs read it.
  @Suite struct ExportTests {
    @Test func bothFormatsHoldTheCheckpointsWeights() async throws {
      let place = try await GenerateTests.trained()
      let checkpoint = place.checkpoint(step: 2)
      #expect(try await place.run(["export", checkpoint, "--format", "onnx", "--out", "g.onnx"]).code == 0)
      #expect(try await place.run(["export", checkpoint, "--format", "safetensors"]).code == 0)
      let source = try SafetensorsFile(path: place.file(checkpoint).path)
      let tensors = try SafetensorsFile(path: place.path + "/generator.safetensors", verification: .required)
      let model = try ONNXModel(path: place.path + "/g.onnx")
      let constants = Dictionary(uniqueKeysWithValues: model.constants.map { ($0.name, $0.tensor) })
      let names = source.entries.map(\.name).filter { $0.hasPrefix("generator.") }
      #expect(names.count == tensors.entries.count && names.count == 16)
      for name in names {
        let own = String(name.dropFirst("generator.".count))
        #expect(try tensors.floats(own) == source.floats(name))
        #expect(try constants[own]?.values == .floats(source.floats(name)), "\(own)")
        #expect(constants[own]?.shape == source.entry(name)?.shape)
      }
      #expect(model.metadata["name"] == "run" && model.metadata["step"] == "2" && tensors.metadata["step"] == "2")
    }

    @Test func whatCannotBeExportedIsSaid() async throws {
      let place = try await GenerateTests.trained()
      let checkpoint = place.checkpoint(step: 2)
      try place.write(Array(place.bytes(checkpoint).dropLast()), "cut.safetensors")
      for (arguments, code, text): ([String], Int32, String) in [
        ([checkpoint], 64, "format"), ([checkpoint, "--format", "jpeg"], 64, "jpeg"),
        (["cut.safetensors", "--format", "onnx"], 65, "cut.safetensors"),
        ([checkpoint, "--format", "onnx", "--out", "absent/g.onnx"], 74, "absent"),
        ([checkpoint, "--format", "onnx", "--out", "runs"], 64, "expected a file: give --out runs/generator.onnx"),
        ([checkpoint, "--format", "onnx", "--out", "g.safetensors"], 64, "the extension of safetensors"),
        ([checkpoint, "--format", "safetensors", "--out", "g.onnx"], 64, "the extension of onnx"),
      ] {
        let outcome = try await place.run(["export"] + arguments)
        #expect(outcome.code == code && outcome.errors.contains(text), "\(outcome.text)")
      }
      #expect(!place.exists("generator.onnx"))
    }
  }
}
