import Foundation
import Testing

extension CommandLineTests {
  /// One message, from rank 0 only, the right exit code, and at once.
  @Suite struct BadInputTests {
    struct Case: CustomTestStringConvertible {
      let arguments: [String]
      var environment: [String: String] = [:]
      let code: Int32
      let message: String
      var testDescription: String { arguments.joined(separator: " ") + environment.map { " \($0)=\($1)" }.joined() }
    }

    private static let early = [
      Case(arguments: ["run.yaml", "--set", "train.btch=3"], code: 64, message: "train.batch"),
      Case(arguments: ["run.yaml", "--set", "train.batch=0"], code: 64, message: "train.batch"),
      Case(arguments: ["run.yaml", "--set", "train.batch=many"], code: 64, message: "many"),
      Case(arguments: ["run.yaml", "--set", "data.image.size=33"], code: 64, message: "33"),
      Case(arguments: ["run.yaml", "--set", "train.shards=17"], code: 64, message: "train.shards"),
      Case(arguments: ["broken.yaml"], code: 64, message: "broken.yaml"),
      Case(arguments: ["absent.yaml"], code: 64, message: "absent.yaml"),
      Case(arguments: ["drawn"], code: 64, message: "drawn"),
      Case(arguments: [], code: 64, message: "<config>"),
      Case(arguments: ["run.yaml", "--unknown"], code: 64, message: "--unknown"),
      Case(arguments: ["run.yaml", "--trace", "-1"], code: 64, message: "--trace"),
      Case(arguments: ["run.yaml"], environment: ["DISTTRAIN_ISA": "nonsense"], code: 64, message: "nonsense"),
      Case(
        arguments: ["run.yaml", "--set", "data.source=folder", "--set", "data.path=absent"], code: 65,
        message: "absent: no such file or folder"),
      Case(
        arguments: ["run.yaml", "--set", "data.source=folder", "--set", "data.path=empty"], code: 65,
        message: "empty"),
      Case(arguments: ["run.yaml", "--out", "run.yaml"], code: 74, message: "run.yaml"),
    ]

    @Test(arguments: early, [nil, 2])
    func oneMessageAtOnce(test: Case, ranks: Int?) async throws {
      let place = try Workplace()
      try place.write("data: {source: [", "broken.yaml")
      for folder in ["drawn", "empty"] {
        try FileManager.default.createDirectory(at: place.file(folder), withIntermediateDirectories: true)
      }
      let outcome = try await place.run(test.arguments, ranks: ranks, environment: test.environment)
      #expect(outcome.code == test.code, "\(outcome.text)")
      #expect(outcome.messages.count == 1 && outcome.errors.contains(test.message), "\(outcome.text)")
    }

    @Test func moreRanksThanShards() async throws {
      let place = try Workplace()
      let outcome = try await place.train(["train.shards=2"], ranks: 3, expecting: 64)
      #expect(outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains("start at most 2") && outcome.errors.contains("train.shards"))
    }

    @Test func debugUnderMPI() async throws {
      let outcome = try await Workplace().train(ranks: 2, flags: ["--debug"], expecting: 64)
      #expect(outcome.messages.count == 1 && outcome.errors.contains("without mpirun"))
    }

    /// With and without the cache, which must not hide it.
    @Test(arguments: [nil, 3])
    func anUnreadableImage(ranks: Int?) async throws {
      let place = try Workplace.withImages()
      let name = Workplace.imageName(7)
      try place.write(Array(DrawnImages.png(7).prefix(700)), name)
      for _ in 0..<2 {
        let outcome = try await place.train(ranks: ranks, expecting: 65)
        #expect(outcome.messages.count == 1 && outcome.errors.contains("1 of 20 images"), "\(outcome.text)")
        #expect(outcome.errors.components(separatedBy: "107.png").count == 2, "named once: \(outcome.text)")
        #expect(outcome.errors.contains("data.onBadImage=skip"))
      }
      #expect(!place.exists(place.checkpoint(step: 5)))
    }

    @Test func unreadableImagesAreSkipped() async throws {
      let place = try Workplace.withImages(24)
      for number in [3, 20] { try place.write(Array("no image".utf8), Workplace.imageName(number)) }
      let settings = ["data.onBadImage=skip"]
      for ranks in [nil, 3, 8] {
        let outcome = try await place.train(settings, out: "np\(ranks ?? 0)", ranks: ranks)
        #expect(outcome.errors.contains("left out 2 images"), "\(outcome.text)")
        for name in ["103.png", "120.png"] {
          #expect(outcome.errors.components(separatedBy: name).count == 2, "named once: \(outcome.text)")
        }
        #expect(outcome.output.contains("22 images"))
      }
      let alone = try await place.tensorHash(out: "np0")
      #expect(try await place.tensorHash(out: "np3") == alone)
      #expect(try await place.tensorHash(out: "np8") == alone)

      for number in [3, 20] { try FileManager.default.removeItem(at: place.file(Workplace.imageName(number))) }
      try await place.train(settings, out: "without")
      #expect(try await place.tensorHash(out: "without") == alone, "as if they had never been there")
    }

    @Test func noImageIsGood() async throws {
      let place = try Workplace.withImages(0)
      for number in 0..<17 { try place.write(Array("no image".utf8), Workplace.imageName(number)) }
      let outcome = try await place.train(["data.onBadImage=skip"], ranks: 3, expecting: 65)
      #expect(outcome.messages.count == 1, "\(outcome.text)")
    }
  }
}
