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
      Case(arguments: ["run.npy"], code: 65, message: "run.npy"),
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
