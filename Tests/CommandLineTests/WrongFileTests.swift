import Foundation
import Testing

extension CommandLineTests {
  /// A file in the place of another one is named as what it is, with the way to what was meant.
  @Suite struct WrongFileTests {
    private static let page = "<!DOCTYPE html>\n<html><title>404</title></html>\n"
    /// The beginning of a zip archive as torch.save writes it.
    private static let pth: [UInt8] =
      [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + [14, 0, 0, 0] + Array("model/data.pkl".utf8)

    private static func workplace() async throws -> Workplace {
      let place = try await GenerateTests.trained()
      try place.write(page, "page.safetensors")
      try place.write(page, "digits/train-images-idx3-ubyte")
      try place.write(page, "svhn/train_32x32.mat")
      try place.write(pth, "model.pth")
      try place.write("PK", "pictures.zip")
      return place
    }

    private func expect(
      _ place: Workplace, _ arguments: [String], _ code: Int32, _ texts: String...,
      at location: SourceLocation = #_sourceLocation
    ) async throws {
      let outcome = try await place.run(arguments)
      #expect(outcome.code == code && outcome.messages.count == 1, "\(outcome.text)", sourceLocation: location)
      for text in texts { #expect(outcome.errors.contains(text), "\(outcome.text)", sourceLocation: location) }
    }

    @Test func models() async throws {
      let place = try await Self.workplace()
      let flags = ["--count", "1", "--out", "o"]
      try await expect(
        place, ["generate", "page.safetensors"] + flags, 65, "found an HTML page, expected a checkpoint")
      try await expect(
        place, ["generate", "model.pth"] + flags, 65, "found a PyTorch file (a zip archive with data.pkl)",
        "torch.onnx.export(generator.eval(), latents, \"generator.onnx\")")
      try await expect(
        place, ["run.yaml", "--out", "runs", "--resume", "model.pth"], 65, "found a PyTorch file", "--resume none",
        "torch.onnx.export")
      try await expect(
        place, ["generate", "runs/run"] + flags, 65, "found a folder",
        "The newest one in it is runs/run/checkpoints/000002.safetensors.")
      try await expect(
        place, ["checkpoint", "runs/run/checkpoints/2"], 65, "found no such file",
        "Beside it there is 000002.safetensors.")
      try await expect(place, ["checkpoint", "runs/run/generator.onnx"], 65, "an ONNX network", "disttrain generate")
      try await expect(place, ["export", "model.pth", "--format", "onnx"], 65, "found a PyTorch file")
      try await expect(
        place, ["interpolate", "run.yaml", "--mode", "line", "--out", "a.png"], 65,
        "found text that begins with \"name: run\"")
      try await expect(
        place, ["generate", place.checkpoint(step: 2), "--latents", "model.pth", "--out", "o"], 65,
        "model.pth: found a PyTorch file")
      #expect(!place.exists("o"))
    }

    @Test func data() async throws {
      let place = try await Self.workplace()
      func settings(_ source: String, _ path: String) -> [String] {
        ["run.yaml", "--out", "other", "--set", "data.source=\(source)", "--set", "data.path=\(path)"]
      }
      try await expect(
        place, settings("idx", "digits"), 65, "digits/train-images-idx3-ubyte: found an HTML page, expected an IDX file"
      )
      try await expect(
        place, settings("svhn", "svhn"), 65, "svhn/train_32x32.mat: found an HTML page, expected a MATLAB file")
      try await expect(place, settings("folder", "model.pth"), 65, "found a PyTorch file", "set data.path to a folder")
    }

    @Test func configurations() async throws {
      let place = try await Self.workplace()
      try await expect(
        place, [place.checkpoint(step: 2)], 64, "found a safetensors file, expected a configuration in YAML", "--resume"
      )
      try await expect(
        place, ["runs/run"], 64, "found a folder, expected a configuration in YAML. Give runs/run/config.yaml.")
      try place.write(Self.page, "page.yaml")
      try await expect(place, ["page.yaml"], 64, "found an HTML page, expected a configuration in YAML")
    }
  }
}
