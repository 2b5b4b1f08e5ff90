import Foundation
import ModelFiles
import Testing

extension CommandLineTests {
  /// Images of a trained model: the same for the same latent, in whatever company, by either kind of file.
  @Suite struct GenerateTests {
    /// A run of two steps.
    static func trained(_ settings: [String] = []) async throws -> Workplace {
      let place = try Workplace()
      try await place.train(settings + ["train.steps=2"])
      return place
    }

    private static func generate(_ place: Workplace, _ arguments: [String], model: String? = nil) async throws
      -> Outcome
    {
      try await place.run(["generate", model ?? place.checkpoint(step: 2)] + arguments)
    }

    @Test func fewAreTheFirstOfMany() async throws {
      let place = try await Self.trained()
      #expect(try await Self.generate(place, ["--count", "50", "--out", "many"]).code == 0)
      let outcome = try await Self.generate(place, ["--count", "3", "--out", "few/below"])
      #expect(outcome.code == 0 && outcome.output.contains("3 images by run after step 2"), "\(outcome.text)")
      #expect(try place.names("few/below") == ["000000.png", "000001.png", "000002.png"])
      #expect(try place.names("many").count == 50)
      for name in try place.names("few/below") {
        #expect(try place.bytes("few/below/\(name)") == place.bytes("many/\(name)"))
      }
      #expect(Set(try place.names("many").map { try place.bytes("many/\($0)") }).count == 50)
      _ = try await Self.generate(place, ["--count", "3", "--out", "other", "--seed", "8"])
      #expect(try place.bytes("other/000000.png") != place.bytes("many/000000.png"))
      // The seed of the run itself is the default.
      _ = try await Self.generate(place, ["--count", "1", "--out", "own", "--seed", "7"])
      #expect(try place.bytes("own/000000.png") == place.bytes("many/000000.png"))
    }

    /// Older images stay, and are no part of the new ones.
    @Test func olderImagesAreSaid() async throws {
      let place = try await Self.trained()
      let many = try await Self.generate(place, ["--count", "6", "--grid", "3x2", "--out", "images"])
      #expect(many.code == 0 && !many.errors.contains("note:"), "\(many.text)")
      let few = try await Self.generate(place, ["--count", "2", "--out", "images"])
      #expect(few.code == 0, "\(few.text)")
      #expect(
        few.errors == "note: images also holds 5 files of images from before, 000002.png to grid.png: remove them or "
          + "choose another --out if only the new ones are meant\n")
      #expect(try place.names("images").count == 7)
      let array = try await Self.generate(place, ["--count", "2", "--format", "npy", "--out", "images"])
      #expect(array.errors.contains("images also holds 7 files of images from before"), "\(array.text)")
      let again = try await Self.generate(place, ["--count", "6", "--grid", "3x2", "--out", "images"])
      #expect(again.errors.contains("also holds 1 file of images from before, samples.npy: remove it"), "\(again.text)")
    }

    /// The result is in files.
    @Test func aReaderOfTheMessagesMayLeave() async throws {
      let place = try await Self.trained()
      let script = "\"$@\" | true; echo ${PIPESTATUS[0]}"
      let arguments = ["generate", place.checkpoint(step: 2), "--count", "5", "--out", "images"]
      let outcome = try await place.start(command: ["bash", "-c", script, "bash", Program.path] + arguments).outcome()
      #expect(outcome.output == "0\n", "\(outcome.text)")
      #expect(try place.names("images").count == 5)
    }

    /// As the run's samples are: the same latents, the same statistics, the same bits.
    @Test(arguments: ["running", "batch"])
    func theGridIsTheRunsSamples(statistics: String) async throws {
      let place = try await Self.trained(["output.samples.batchNorm=\(statistics)", "output.samples.every=2"])
      let outcome = try await Self.generate(
        place, ["--count", "8", "--grid", "8x1", "--batch-norm", statistics, "--out", "images"])
      #expect(outcome.code == 0, "\(outcome.text)")
      #expect(try place.bytes("images/grid.png") == place.bytes("runs/run/samples/000002.png"))
      #expect(try place.names("images").count == 9)
    }

    /// To the bit where both have the same algorithms: in shards of 16, for which those of a file's network are chosen.
    @Test func anONNXFileMakesTheSame() async throws {
      let place = try await Self.trained(["train.shards=1"])
      let export = try await place.run(["export", place.checkpoint(step: 2), "--format", "onnx"])
      #expect(export.code == 0 && place.exists("generator.onnx"), "\(export.text)")
      for (model, out) in [(place.checkpoint(step: 2), "a"), ("generator.onnx", "b")] {
        let outcome = try await Self.generate(
          place, ["--count", "40", "--seed", "3", "--format", "npy", "--out", out], model: model)
        #expect(outcome.code == 0, "\(outcome.text)")
      }
      let (own, onnx) = (
        try NPYFile(path: place.path + "/a/samples.npy"), try NPYFile(path: place.path + "/b/samples.npy")
      )
      #expect(own.shape == [40, 3, 32, 32] && onnx.shape == own.shape)
      #expect(try own.rows(0..<40) == onnx.rows(0..<40))
    }

    /// As the checkpoint makes them, to the bit: an exported generator describes its own network.
    @Test(arguments: ["running", "batch"])
    func anExportedGeneratorMakesTheSame(statistics: String) async throws {
      let place = try await Self.trained(["train.shards=1", "model.latent.distribution=uniform"])
      let export = try await place.run(["export", place.checkpoint(step: 2), "--format", "safetensors", "--out", "g"])
      #expect(export.code == 0, "\(export.text)")
      let flags = ["--count", "8", "--batch-norm", statistics, "--format", "npy", "--out"]
      #expect(try await Self.generate(place, flags + ["a"]).code == 0)
      let outcome = try await Self.generate(place, flags + ["b"], model: "g")
      #expect(
        outcome.code == 0 && outcome.output.contains("8 images by run after step 2, of uniform"), "\(outcome.text)")
      #expect(try place.bytes("a/samples.npy") == place.bytes("b/samples.npy"))
      let best = try await Self.generate(place, ["--count", "8", "--best", "2", "--out", "c"], model: "g")
      #expect(best.code == 64 && best.errors.contains("has no discriminator"), "\(best.text)")
      // It can be exported again, and shown.
      #expect(try await place.run(["export", "g", "--format", "onnx"]).code == 0)
      let report = try await place.run(["checkpoint", "g"])
      #expect(report.code == 0 && report.output.contains("format: disttrain generator 1"), "\(report.text)")
      #expect(!report.output.contains(place.path), "no folder of this machine")
    }

    /// The name does not matter.
    @Test func anONNXFileUnderAnyName() async throws {
      let place = try await Self.trained()
      #expect(
        try await place.run(["export", place.checkpoint(step: 2), "--format", "onnx", "--out", "g.bin"]).code == 0)
      try place.copy(place.checkpoint(step: 2), to: "checkpoint.onnx")
      for (model, out) in [("g.bin", "a"), ("checkpoint.onnx", "b")] {
        let outcome = try await Self.generate(place, ["--count", "2", "--out", out], model: model)
        #expect(outcome.code == 0, "\(outcome.text)")
      }
    }

    @Test func anExistingFolderMayHaveAnyName() async throws {
      let place = try await Self.trained()
      try FileManager.default.createDirectory(at: place.file("old.png"), withIntermediateDirectories: true)
      #expect(try await Self.generate(place, ["--count", "1", "--out", "old.png"]).code == 0)
      #expect(try await Self.generate(place, ["--count", "1", "--out", "new.png/"]).code == 0)
      #expect(try place.names("old.png") == ["000000.png"] && place.names("new.png") == ["000000.png"])
    }

    @Test func latentsOfAFile() async throws {
      let place = try await Self.trained()
      var writer = try NPYWriter(path: place.path + "/latents.npy", shape: [3, 100])
      let one = (0..<100).map { Float($0 % 7) / 3 - 1 }
      try writer.append(one + one.map { -$0 } + one)
      try writer.finish()
      let outcome = try await Self.generate(place, ["--latents", "latents.npy", "--out", "images"])
      #expect(outcome.code == 0, "\(outcome.text)")
      #expect(try place.names("images").count == 3)
      let images = try place.names("images").map { try place.bytes("images/\($0)") }
      #expect(images[0] == images[2] && images[0] != images[1])
    }

    /// The best of many are among the many, and the discriminator's order is theirs.
    @Test func theBestAreChosen() async throws {
      let place = try await Self.trained()
      _ = try await Self.generate(place, ["--count", "60", "--out", "many"])
      let outcome = try await Self.generate(place, ["--count", "60", "--best", "5", "--out", "best"])
      #expect(outcome.code == 0, "\(outcome.text)")
      #expect(try place.names("best") == (1...5).map { "best-00\($0).png" })
      let lines = outcome.output.split(separator: "\n").filter { $0.hasPrefix("best-") }.map {
        $0.split(separator: " ")
      }
      let scores = lines.map { Double($0.last!)! }
      #expect(scores.count == 5 && scores == scores.sorted(by: >), "\(outcome.text)")
      for line in lines {
        let number = String(line[2])
        let original = String(repeating: "0", count: 6 - number.count) + number
        #expect(try place.bytes("best/\(line[0]).png") == place.bytes("many/\(original).png"))
      }
      let all = try await Self.generate(place, ["--count", "60", "--best", "60", "--out", "all"])
      let ranked = all.output.split(separator: "\n").filter { $0.hasPrefix("best-") }.map {
        $0.split(separator: " ")[2]
      }
      #expect(ranked.prefix(5).elementsEqual(lines.map { $0[2] }) && Set(ranked).count == 60, "\(all.text)")
    }

    @Test(arguments: [
      (["--out", "o"], 64, "--count"), (["--count", "0", "--out", "o"], 64, "--count is 0"),
      (["--count", "3"], 64, "--out"), (["--count", "3", "--best", "4", "--out", "o"], 64, "--best 4 of 3"),
      (["--count", "3", "--best", "2", "--batch-norm", "batch", "--out", "o"], 64, "running"),
      (["--count", "3", "--grid", "8", "--out", "o"], 64, "grid"),
      (["--latents", "absent.npy", "--out", "o"], 65, "absent.npy"),
      (["--latents", "run.yaml", "--out", "o"], 65, "run.yaml"),
      (["--count", "1", "--out", "run.yaml"], 74, "run.yaml"),
      (["--latents", "run.yaml", "--seed", "1", "--out", "o"], 64, "--seed"),
      (["--count", "4", "--grid", "3x3", "--out", "o"], 64, "--grid 3x3 has 9 cells, found 4 images: give --count 9"),
      (["--count", "12", "--best", "4", "--grid", "3x3", "--out", "o"], 64, "found 4 images: give --best 9"),
      (["--count", "1", "--out", "one.png"], 64, "--out one.png: found the name of a file, expected a folder"),
      (["--count", "1", "--format", "npy", "--out", "below/z.NPY"], 64, "give --out below/z, or --out below/z.NPY/"),
    ])
    func whatCannotBeMadeIsSaid(arguments: [String], code: Int32, text: String) async throws {
      let place = try await Self.trained()
      let outcome = try await Self.generate(place, arguments)
      #expect(outcome.code == code && outcome.errors.contains(text), "\(outcome.text)")
      #expect(outcome.output.isEmpty)
    }

    @Test func modelsThatAreNone() async throws {
      let place = try await Self.trained()
      try place.write("no model", "bad.onnx")
      try place.write("no model", "bad.safetensors")
      for (model, text) in [
        ("bad.onnx", "bad.onnx"), ("bad.safetensors", "bad.safetensors"), ("absent.onnx", "absent.onnx"),
      ] {
        let outcome = try await Self.generate(place, ["--count", "1", "--out", "o"], model: model)
        #expect(outcome.code == 65 && outcome.messages.count == 1 && outcome.errors.contains(text), "\(outcome.text)")
      }
      _ = try await place.run(["export", place.checkpoint(step: 2), "--format", "onnx"])
      for flags in [["--best", "1"], ["--batch-norm", "batch"]] {
        let outcome = try await Self.generate(place, ["--count", "1", "--out", "o"] + flags, model: "generator.onnx")
        #expect(outcome.code == 64 && outcome.errors.contains("ONNX"), "\(outcome.text)")
      }
    }
  }
}
