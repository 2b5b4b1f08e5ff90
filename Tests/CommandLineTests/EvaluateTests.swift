import Foundation
import Testing

extension CommandLineTests {
  /// `disttrain evaluate`: its numbers are checked by the tests of the measures and, whole, by Tests/Peers.
  @Suite struct EvaluateTests {
    /// 20 images to train on, held out from them by `data.validation`; samples are other ones, and a copy.
    private func filled() throws -> Workplace {
      let place = try Workplace.withImages()
      for number in 30..<36 { try place.write(DrawnImages.png(number, width: 32), "samples/\(number).png") }
      return place
    }

    private func evaluate(_ arguments: [String], in place: Workplace) async throws -> Outcome {
      try await place.run(
        ["evaluate"] + arguments + ["--data", "run.yaml", "--set", "data.validation=0.25", "--pairs", "20"])
    }

    private func number(_ name: [String], in place: Workplace) throws -> Double {
      var value = try JSONSerialization.jsonObject(with: Data(place.bytes("found/evaluation.json")))
      for key in name { value = try #require((value as? [String: Any])?[key]) }
      return try #require(value as? Double)
    }

    @Test func aFolderOfImages() async throws {
      let place = try filled()
      try place.write(DrawnImages.png(2, width: 32), "samples/copy.png")
      let outcome = try await evaluate(["samples", "--out", "found"], in: place)
      #expect(outcome.code == 0, "\(outcome.text)")
      for text in ["7 samples of samples", "5 images held out by data.validation 0.25, 15 to train on"] {
        #expect(outcome.output.contains(text), "\(text) in \(outcome.text)")
      }
      #expect(try place.names("found") == ["evaluation.json", "neighbours.png"])
      #expect(try number(["samples", "count"], in: place) == 7)
    }

    /// The training images themselves are found out: each is its own neighbour.
    @Test func copiesAreFound() async throws {
      let place = try filled()
      for number in 0..<20 { try place.write(DrawnImages.png(number, width: 32), Workplace.imageName(number)) }
      let outcome = try await place.run(
        [
          "evaluate", "drawn", "--data", "run.yaml", "--heldout", "samples", "--pairs", "5", "--out", "found",
        ])
      #expect(outcome.code == 0, "\(outcome.text)")
      #expect(try number(["memorization", "samples", "median"], in: place) == 0)
      #expect(try number(["memorization", "heldOut", "least"], in: place) > 0.01)
      #expect(try number(["memorization", "nearerThanAnyHeldOut"], in: place) == 1)
      let again = try place.bytes("found/evaluation.json")
      _ = try await place.run(
        ["evaluate", "drawn", "--data", "run.yaml", "--heldout", "samples", "--pairs", "5", "--out", "found"])
      #expect(try place.bytes("found/evaluation.json") == again, "the same numbers each time")
    }

    @Test func aCheckpoint() async throws {
      let place = try filled()
      try await place.train(["data.validation=0.25", "data.lastBatch=keep"])
      let outcome = try await evaluate([place.checkpoint(step: 5), "--count", "12", "--out", "found"], in: place)
      #expect(outcome.code == 0 && outcome.output.contains("12 samples of "), "\(outcome.text)")
      // The run itself has judged the images that are held out: the same losses of five images, added in double in another
      // order, by 4 additions and 1 to 3 operations for the mean on each side. All of them are positive. JSONSerialization
      // may be a unit in the last place off for either number.
      let last = try #require(try place.metrics().last)
      let (loss, accuracy) = (last["lossHeldOut"] as? Double ?? .nan, last["accuracyHeldOut"] as? Double)
      let found = try number(["discriminator", "heldOut", "loss"], in: place)
      let bound = 16 * 0x1p-53 * loss
      print("evaluate's loss and the run's: \(abs(found - loss) / bound) of the bound")
      #expect(abs(found - loss) <= bound, "\(found), \(loss)")
      #expect(try number(["discriminator", "heldOut", "accuracy"], in: place) == accuracy)
      let fooled = try number(["discriminator", "samples", "accuracy"], in: place) * 12
      #expect(fooled == fooled.rounded() && (0...12).contains(fooled))
    }

    /// Only images that the checkpoint was not trained on count as held out, whatever the configuration says.
    @Test func aCheckpointKnowsItsTrainingImages() async throws {
      let place = try filled()
      try await place.train(["data.validation=0.25", "data.lastBatch=keep", "train.steps=2"])
      let checkpoint = place.checkpoint(step: 2)
      #expect(try await place.run(["export", checkpoint, "--format", "safetensors"]).code == 0)
      func run(_ model: String, _ arguments: [String]) async throws -> Outcome {
        try await place.run(
          ["evaluate", model, "--data", "run.yaml", "--count", "8", "--pairs", "5", "--out", "found"] + arguments)
      }
      let known = "5 images held out by data.validation 0.25"
      let same = try await run(checkpoint, ["--set", "data.validation=0.25"])
      #expect(same.code == 0 && same.output.contains(known) && same.errors.isEmpty, "\(same.text)")
      let report = try place.bytes("found/evaluation.json")
      for model in [checkpoint, "generator.safetensors", "runs/run/generator.onnx"] {
        for setting in ["data.validation=0.5", "data.validation=0", "seed=8"] {
          let outcome = try await run(model, ["--set", setting])
          #expect(
            outcome.code == 0 && outcome.output.contains("\(known) of the training, 15 to train on"), "\(outcome.text)")
          #expect(
            outcome.errors.contains(
              "was trained with data.validation 0.25 and seed 7: only images held out by these count"),
            "\(outcome.text)")
          guard model == checkpoint else { continue }
          let text = String(decoding: try place.bytes("found/evaluation.json"), as: UTF8.self)
          #expect(
            text.replacingOccurrences(of: " of the training\"", with: "\"") == String(decoding: report, as: UTF8.self),
            "the same numbers")
        }
      }
      // The data are others by one image: it cannot be told.
      try place.write(DrawnImages.png(40, width: 32), "drawn/999.png")
      let other = try await run(checkpoint, ["--set", "data.validation=0.25"])
      #expect(other.code == 0 && other.errors.contains("(their hash differs): it cannot be told"), "\(other.text)")
    }

    @Test func aCheckpointThatHasSeenEverything() async throws {
      let place = try filled()
      try await place.train(["train.steps=2"])
      let checkpoint = place.checkpoint(step: 2)
      let outcome = try await evaluate([checkpoint, "--count", "8"], in: place)
      #expect(outcome.code == 64 && outcome.messages.count == 1, "\(outcome.text)")
      #expect(
        outcome.errors.contains(
          "trained on 20 of the 20 images of run.yaml (its data.validation is 0.0), so that none can count as held out; "
            + "give --heldout FOLDER"), "\(outcome.text)")
      let own = try await evaluate([checkpoint, "--count", "8", "--heldout", "samples"], in: place)
      #expect(own.code == 0 && own.output.contains("6 images held out by samples, 20 to train on"), "\(own.text)")
    }

    /// A file in both sets is no held-out image.
    @Test func heldOutFilesThatAreTrainedOn() async throws {
      let place = try filled()
      try place.copy(Workplace.imageName(3), to: "samples/copy.png")
      for number in 30..<36 { try place.write(DrawnImages.png(number, width: 32), "judged/\(number).png") }
      func run(_ folder: String) async throws -> Outcome {
        try await place.run(["evaluate", "judged", "--data", "run.yaml", "--heldout", folder, "--pairs", "5"])
      }
      let some = try await run("samples")
      #expect(some.code == 0 && some.output.contains("6 images held out by samples"), "\(some.text)")
      #expect(some.errors.contains("left out 1 of the 7 images of --heldout: they are training images"), "\(some.text)")
      let all = try await run("drawn")
      #expect(all.code == 64 && all.errors.contains("found 0 images held out and 20 to train on"), "\(all.text)")
    }

    /// What generate has written is evaluated as it is, with its grid and an earlier evaluation's sheet.
    @Test func whatGenerateHasWritten() async throws {
      let place = try filled()
      try await place.train(["data.validation=0.25", "train.steps=2", "data.lastBatch=keep"])
      func generate(_ out: String, _ format: String) async throws -> Outcome {
        try await place.run([
          "generate", place.checkpoint(step: 2), "--count", "9", "--grid", "3x3", "--format", format, "--out", out,
        ])
      }
      #expect(try await generate("pictures", "png").code == 0)
      #expect(try await generate("array", "npy").code == 0)
      var outputs: [String] = []
      for _ in 0..<2 {
        let outcome = try await evaluate(["pictures", "--out", "pictures"], in: place)
        #expect(outcome.code == 0 && outcome.output.contains("9 samples of pictures"), "\(outcome.text)")
        #expect(outcome.errors.contains("pictures/grid.png: left out, a sheet of 104×104 pixels"), "\(outcome.text)")
        outputs.append(outcome.errors)
      }
      #expect(!outputs[0].contains("neighbours.png") && outputs[1].contains("pictures/neighbours.png: left out"))
      let array = try await evaluate(["array"], in: place)
      #expect(
        array.code == 65 && array.errors.contains("found an array and no files of images; give array/samples.npy"))
      #expect(try await evaluate(["array/samples.npy"], in: place).code == 0)
      // An image of that name and the images' size is an image.
      try place.write(DrawnImages.png(1, width: 32), "pictures/grid.png")
      #expect(try await evaluate(["pictures"], in: place).output.contains("10 samples of pictures"))
    }

    struct Case: CustomTestStringConvertible {
      let arguments: [String]
      let code: Int32
      let message: String
      var testDescription: String { arguments.joined(separator: " ") }
    }

    private static let mistakes = [
      Case(arguments: ["absent"], code: 65, message: "absent"),
      Case(arguments: ["wide"], code: 65, message: "36×32 pixels, expected single images of 32×32"),
      Case(arguments: ["samples", "--heldout", "absent"], code: 65, message: "absent: no such file or folder"),
      Case(arguments: ["samples", "--set", "data.validation=0"], code: 64, message: "--heldout FOLDER"),
      Case(arguments: ["samples", "--features", "run.yaml"], code: 65, message: "run.yaml"),
      Case(arguments: ["samples", "--out", "run.yaml"], code: 74, message: "run.yaml"),
      Case(arguments: ["samples", "--count", "1"], code: 64, message: "--count"),
      Case(arguments: ["run.npy"], code: 65, message: "run.npy: found text that begins with \"no array\""),
      Case(arguments: ["samples", "--count", "7"], code: 64, message: "--count 7, but samples has 6 images"),
      Case(arguments: ["samples", "--out", "report.json"], code: 64, message: "report.json: found the name of a file"),
      Case(arguments: ["samples/30.png"], code: 65, message: "found a PNG image, expected a folder of images"),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsSaidOnce(test: Case) async throws {
      let place = try filled()
      try place.write(Array("no array".utf8), "run.npy")
      try place.write(DrawnImages.png(1), "wide/1.png")
      let outcome = try await place.run(
        ["evaluate", "--data", "run.yaml", "--set", "data.validation=0.25"] + test.arguments)
      #expect(outcome.code == test.code && outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains(test.message), "\(outcome.text)")
    }
  }
}
