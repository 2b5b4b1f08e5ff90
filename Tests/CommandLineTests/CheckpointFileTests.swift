import Foundation
import ModelFiles
import Testing

extension CommandLineTests {
  /// What a run keeps, under the names that torch.nn.Sequential gives to the same layers.
  @Suite struct CheckpointFileTests {
    @Test func namesAndShapesArePyTorchs() async throws {
      let place = try Workplace()
      try await place.train(["train.steps=2"], ranks: 3)
      let file = try SafetensorsFile(path: place.file(place.checkpoint(step: 2)).path, verification: .required)
      let found = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, $0.shape) })
      var expected = TensorNames.parameters.merging(TensorNames.buffers) { $1 }
      for (name, shape) in TensorNames.parameters {
        expected["optimizer.\(name).exp_avg"] = shape
        expected["optimizer.\(name).exp_avg_sq"] = shape
      }
      #expect(found == expected)
      #expect(file.metadata["step"] == "2" && file.metadata["shards"] == "8" && file.metadata["seed"] == "7")
      for entry in file.entries {
        let values = try file.floats(entry.name)
        #expect(values.allSatisfy(\.isFinite) && values.contains { $0 != 0 }, "\(entry.name)")
      }

      let report = try await place.run(["checkpoint", place.checkpoint(step: 2)])
      #expect(report.code == 0)
      for text in ["step: 2", "shards: 8", "file hash: verified"] + expected.keys {
        #expect(report.output.contains(text), "\(text) in \(report.text)")
      }
    }

    @Test func damageIsFound() async throws {
      let place = try Workplace()
      try await place.train(["train.steps=1"])
      let good = try place.bytes(place.checkpoint(step: 1))
      for at in [0, 7, 8, 9, 300, good.count / 3, good.count / 2, good.count - 1] {
        var bytes = good
        bytes[at] ^= 1
        try place.write(bytes, "damaged.safetensors")
        try await expectDamage(place, "bit of byte \(at)")
      }
      for length in [0, 7, 8, 100, good.count / 2, good.count - 1] {
        try place.write(Array(good.prefix(length)), "damaged.safetensors")
        try await expectDamage(place, "cut after \(length) bytes")
      }
      try place.write(good + [0], "damaged.safetensors")
      try await expectDamage(place, "one byte more")
      #expect(try await place.run(["checkpoint", "absent.safetensors"]).code == 65)
    }

    private func expectDamage(_ place: Workplace, _ what: String) async throws {
      let outcome = try await place.run(["checkpoint", "damaged.safetensors"])
      #expect(outcome.code == 65, "\(what): \(outcome.text)")
      #expect(outcome.messages.count == 1 && outcome.errors.contains("damaged.safetensors"), "\(what): \(outcome.text)")
      #expect(!outcome.output.contains("tensor hash"), "\(what)")
    }
  }
}
