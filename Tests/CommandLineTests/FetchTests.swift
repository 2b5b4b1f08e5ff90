import Foundation
import Testing

extension CommandLineTests {
  /// `disttrain data fetch`, from the addresses of files; what servers do is tested with the library.
  @Suite struct FetchTests {
    @Test func whatIsFetchedIsSaid() async throws {
      let place = try Workplace()
      try place.write("no digits", "mirror/train-images-idx3-ubyte.gz")
      let mirror = "file://\(place.path)/mirror"
      let outcome = try await place.run(["data", "fetch", "mnist", "--from", mirror, "--out", "digits"])
      #expect(outcome.code == 65 && outcome.messages.count == 1, "\(outcome.text)")
      for text in [
        "mnist: MNIST (LeCun", "licence: Creative Commons BY-SA 3.0", "page: http://yann.lecun.com/exdb/mnist/",
        "folder: digits", "\(mirror)/train-images-idx3-ubyte.gz, 9.9 MB, SHA-256 440fcabf",
      ] { #expect(outcome.output.contains(text), "\(text) in \(outcome.text)") }
      #expect(outcome.errors.contains("found 9 bytes, expected 9912422 bytes"), "\(outcome.text)")
      #expect(try place.names("digits") == [], "nothing wrong is kept")
    }

    @Test func theSetThatIsFetchedIsTheOneThatTrains() async throws {
      let archives = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../DatasetFetchTests/Fixtures/archives").standardized.path
      let place = try Workplace()
      for part in ["base", "extended"] {
        try place.write([], "mirror/placeholder")
        try FileManager.default.copyItem(
          atPath: archives + "/good.zip", toPath: place.path + "/mirror/CMP_facade_DB_\(part).zip")
      }
      let arguments = [
        "data", "fetch", "facades", "--from", "file://\(place.path)/mirror", "--only", "CMP_facade_DB_base.zip",
      ]
      for expected in ["fetched", "is here already"] {
        let outcome = try await place.run(arguments)
        #expect(outcome.code == 0 && outcome.output.contains("CMP_facade_DB_base.zip: \(expected)"), "\(outcome.text)")
      }
      #expect(try place.names("data/facades") == ["SHA256SUMS", "cmp_b0001.jpg", "cmp_b0002.jpg"])
    }

    struct Case: CustomTestStringConvertible {
      let arguments: [String]
      let code: Int32
      let message: String
      var testDescription: String { arguments.joined(separator: " ") }
    }

    private static let mistakes = [
      Case(arguments: ["cifar"], code: 64, message: "facades, mnist, fashion, emnist, svhn"),
      Case(arguments: ["mnist", "--from", "/mirror"], code: 64, message: "begins with https://"),
      Case(arguments: ["svhn", "--only", "digits.mat"], code: 64, message: "extra_32x32.mat"),
      Case(arguments: ["svhn", "--from", "file:///absent", "--out", "x"], code: 74, message: "train_32x32.mat"),
      Case(arguments: ["svhn", "--out", "run.yaml/x"], code: 74, message: "run.yaml/x"),
      Case(arguments: ["celeba"], code: 64, message: "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsSaidOnce(test: Case) async throws {
      let outcome = try await Workplace().run(["data", "fetch"] + test.arguments)
      #expect(outcome.code == test.code && outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains(test.message), "\(outcome.text)")
    }

    @Test func withoutCurlItIsSaid() async throws {
      let place = try Workplace()
      try place.write([], "bin/nothing")
      let outcome = try await place.run(
        ["data", "fetch", "mnist", "--from", "file:///absent"], environment: ["PATH": place.path + "/bin"])
      #expect(outcome.code == 74 && outcome.errors.contains("curl is not installed"), "\(outcome.text)")
    }

    @Test func celebAThatIsThereIsGood() async throws {
      let place = try Workplace()
      try place.write(DrawnImages.png(1), "faces/img_align_celeba/000001.png")
      let outcome = try await place.run(["data", "fetch", "celeba", "--out", "faces"])
      #expect(outcome.code == 0 && outcome.output.hasSuffix(" 1 image\n"), "\(outcome.text)")
    }

    @Test func helpNamesEverySet() async throws {
      let outcome = try await Workplace().run(["data", "fetch", "--help"])
      #expect(outcome.code == 0)
      for text in ["facades", "mnist", "fashion", "emnist", "svhn", "celeba", "--out", "--from", "--only", "licence"] {
        #expect(outcome.output.contains(text), "\(text) in \(outcome.text)")
      }
    }
  }
}
