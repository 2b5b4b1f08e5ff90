import Foundation
import Testing

extension CommandLineTests {
  /// `disttrain data inspect`: what the images are, and which cannot be read.
  @Suite struct InspectTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../ImageIOTests/Fixtures").standardized

    private static func inspect(
      _ place: Workplace, _ arguments: [String], expecting code: Int32,
      sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Outcome {
      let outcome = try await place.run(["data", "inspect"] + arguments)
      #expect(
        outcome.code == code && outcome.messages.count == (code == 0 ? 0 : 1), "\(outcome.text)",
        sourceLocation: sourceLocation)
      return outcome
    }

    /// Four sizes, a JPEG, label images, a copy, and what is no image.
    private static func mixedFolder() throws -> Workplace {
      let place = try Workplace()
      for (name, number, width) in [
        ("a/1.png", 1, 36), ("a/2.png", 2, 36), ("b/copy.png", 1, 36), ("b/3.png", 3, 20), ("4.png", 4, 64),
      ] { try place.write(DrawnImages.png(number, width: width), "photographs/\(name)") }
      try place.write([UInt8](Data(contentsOf: fixtures.appending(path: "grey.jpg"))), "photographs/5.jpg")
      for name in ["notes.txt", "b/more.TXT", "README"] { try place.write("words", "photographs/\(name)") }
      return place
    }

    @Test func aFolderIsDescribed() async throws {
      let outcome = try await Self.inspect(Self.mixedFolder(), ["photographs"], expecting: 0)
      for line in [
        "photographs: 6 images, ", "  5  PNG, colour, 8 bits", "  1  JPEG, grey, 8 bits",
        "smallest 20×32, median 36×32, largest 64×32", "  3  36×32", "1 image with the same content as another:",
        "  b/copy.png is a/1.png", "other files, which are not read: 2 .txt, 1 without extension",
        "every image can be read",
      ] { #expect(outcome.output.contains(line), "\(line) in \(outcome.text)") }
      #expect(!outcome.output.contains("training"), "no configuration, no transform")
    }

    /// Every one is named, also a name that would move the cursor.
    @Test func unreadableImagesAreNamed() async throws {
      let place = try Self.mixedFolder()
      try place.write(Array(DrawnImages.png(7).prefix(700)), "photographs/a/cut.png")
      try place.write("<html>", "photographs/page.jpg")
      try place.write("GIF89a", "photographs/es\u{1B}[2Jcape.png")
      try FileManager.default.createSymbolicLink(
        atPath: place.path + "/photographs/nowhere.png", withDestinationPath: "absent.png")
      try FileManager.default.createSymbolicLink(
        atPath: place.path + "/photographs/b/loop", withDestinationPath: "..")
      let outcome = try await Self.inspect(place, ["photographs"], expecting: 65)
      for line in [
        "photographs: 6 images, ", "4 images cannot be read:",
        "  photographs/a/cut.png: damaged PNG file: the file ends too early, after 700 bytes",
        "  photographs/page.jpg: found an HTML page, expected a PNG, JPEG, WebP, TIFF, BMP, GIF, HEIC or AVIF image",
        #"  photographs/es\u{1b}[2Jcape.png: damaged GIF file: the file ends too early, after 6 bytes"#,
        "  photographs/nowhere.png: cannot open: No such file or directory",
        "note: photographs/b/loop: left out, it links to a folder that is read already",
      ] { #expect(outcome.output.contains(line), "\(line) in \(outcome.text)") }
      #expect(outcome.errors.contains("error: 4 of 10 images cannot be read"), "\(outcome.text)")
      #expect(!outcome.text.contains("\u{1B}"))
    }

    @Test func machinesGetJSON() async throws {
      let place = try Self.mixedFolder()
      try place.write([], "photographs/empty.png")
      let outcome = try await Self.inspect(place, ["photographs", "--json"], expecting: 65)
      let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
      let report = try #require(json)
      let bytes = try FileManager.default.subpathsOfDirectory(atPath: place.path + "/photographs")
        .filter { $0.hasSuffix("png") || $0.hasSuffix("jpg") }
        .reduce(0) { $0 + (try place.bytes("photographs/\($1)")).count }
      #expect(report["pictures"] as? Int == 6 && report["bytes"] as? Int == bytes)
      let unreadable = try #require(report["unreadable"] as? [[String: String]])
      #expect(unreadable.map { $0["name"] } == ["empty.png"])
      #expect(unreadable[0]["reason"]?.contains("the file is empty") == true)
      let sizes = try #require(report["sizes"] as? [String: Any])
      #expect(sizes["smallest"] as? [String: Int] == ["width": 20, "height": 32])
      let copies = try #require(report["copies"] as? [[String: String]])
      #expect(copies == [["name": "b/copy.png", "sameAs": "a/1.png"]])
    }

    /// What the configuration selects, and what it makes of it.
    @Test func aConfigurationIsFollowed() async throws {
      let place = try Self.mixedFolder()
      try place.write(
        Workplace.configuration.replacingOccurrences(
          of: "source: synthetic, synthetic: {count: 48}", with: "source: folder, path: photographs"), "run.yaml")
      let set = ["--set", #"data.pattern="*.png""#]
      let outcome = try await Self.inspect(place, ["run.yaml"] + set, expecting: 0)
      for line in [
        "run.yaml: 5 images, ", "training scales them to 32×32 in colour, resize: crop",
        "warning: 1 of 5 is smaller and would be blurred",
      ] { #expect(outcome.output.contains(line), "\(line) in \(outcome.text)") }
      let padded = try await Self.inspect(place, ["run.yaml", "--set", "data.image.resize=pad"] + set, expecting: 0)
      #expect(!padded.output.contains("warning"), "the longer side decides: \(padded.text)")
    }

    /// An image of 41×27 pixels that is stored turned.
    @Test func turnedImagesAreCounted() async throws {
      let place = try Workplace()
      for name in ["oriented1.jpg", "oriented6.jpg", "oriented6.png"] {
        try place.write([UInt8](Data(contentsOf: Self.fixtures.appending(path: name))), "photographs/\(name)")
      }
      var outcome = try await Self.inspect(place, ["photographs"], expecting: 0)
      for line in ["2 images with an EXIF orientation, turned as viewers show them", "  1  27×41", "  1  41×27"] {
        #expect(outcome.output.contains(line), "\(line) in \(outcome.text)")
      }
      try place.write(
        Workplace.configuration.replacingOccurrences(
          of: "source: synthetic, synthetic: {count: 48}", with: "source: folder, lastBatch: keep, path: photographs"),
        "run.yaml")
      outcome = try await Self.inspect(place, ["run.yaml", "--set", "data.orientation=stored"], expecting: 0)
      for line in ["2 images with an EXIF orientation, read as stored", "  2  41×27"] {
        #expect(outcome.output.contains(line), "\(line) in \(outcome.text)")
      }
    }

    @Test func transparentImagesAreCounted() async throws {
      let place = try Workplace()
      for name in ["la_bkgd.png", "trns_rgb.png", "oriented1.png"] {
        try place.write([UInt8](Data(contentsOf: Self.fixtures.appending(path: name))), "drawings/\(name)")
      }
      var outcome = try await Self.inspect(place, ["drawings"], expecting: 0)
      var line = "2 images with transparency, composited over the file's background or white"
      #expect(outcome.output.contains(line), "\(outcome.text)")
      try place.write(
        Workplace.configuration.replacingOccurrences(
          of: "source: synthetic, synthetic: {count: 48}", with: "source: folder, lastBatch: keep, path: drawings"),
        "run.yaml")
      for (value, text) in [("ignore", "whose hidden colours show"), ("black", "composited over black")] {
        outcome = try await Self.inspect(place, ["run.yaml", "--set", "data.background=\(value)"], expecting: 0)
        line = "2 images with transparency, \(text)"
        #expect(outcome.output.contains(line), "\(outcome.text)")
      }
    }

    @Test func publishedFilesAreInspected() async throws {
      let place = try Workplace()
      let (digits, svhn) = (Self.fixtures.path, Self.fixtures.appending(path: "svhn.mat").path)
      func configuration(_ data: String) throws {
        try place.write(
          Workplace.configuration.replacingOccurrences(
            of: "source: synthetic, synthetic: {count: 48}", with: data), "run.yaml")
      }
      try configuration("source: idx, lastBatch: keep, path: \(digits)")
      var outcome = try await Self.inspect(place, ["run.yaml"], expecting: 0)
      for line in [": 3 images, 60 bytes", "  3  IDX, grey, 8 bits", "  3  5×4", "warning: 3 of 3 are smaller"] {
        #expect(outcome.output.contains(line), "\(line) in \(outcome.text)")
      }
      try configuration("source: svhn, lastBatch: keep, path: \(svhn)")
      outcome = try await Self.inspect(place, ["run.yaml"], expecting: 0)
      for text in ["  3  MATLAB, colour, 8 bits", "32×32"] { #expect(outcome.output.contains(text), "\(outcome.text)") }

      try configuration("source: celeba, celeba: {partition: train}, lastBatch: keep, path: faces")
      for number in 1...3 { try place.write(DrawnImages.png(number), "faces/img_align_celeba/\(number).png") }
      try place.write("1.png 0\n2.png 1\n3.png 0\n4.png 0\n", "faces/list_eval_partition.txt")
      outcome = try await Self.inspect(place, ["run.yaml"], expecting: 0)
      #expect(outcome.output.contains("run.yaml: 2 images, "), "\(outcome.text)")
      #expect(outcome.output.contains("1 of the 3 images that the lists select is not there"), "\(outcome.text)")

      // What is wrong with the one file is said once.
      try configuration("source: idx, lastBatch: keep, path: digits")
      let cut = try Data(contentsOf: Self.fixtures.appending(path: "images.gz")).dropLast(9)
      try place.write([UInt8](cut), "digits/train-images-idx3-ubyte.gz")
      outcome = try await Self.inspect(place, ["run.yaml"], expecting: 65)
      #expect(outcome.errors.contains("train-images-idx3-ubyte.gz: damaged"), "\(outcome.text)")
    }

    @Test func whatIsNeitherIsRefused() async throws {
      let place = try Self.mixedFolder()
      let outcome = try await Self.inspect(place, ["photographs", "--set", "data.limit=3"], expecting: 64)
      #expect(outcome.errors.contains("--set goes with a configuration"))
      for (path, code, message) in [
        ("absent", 64, "absent: cannot open"), ("photographs/4.png", 64, "found a PNG image, expected a configuration"),
        ("runs", 65, "no images"),
      ] as [(String, Int32, String)] {
        try FileManager.default.createDirectory(at: place.file("runs"), withIntermediateDirectories: true)
        let outcome = try await Self.inspect(place, [path], expecting: code)
        #expect(outcome.errors.contains(message), "\(outcome.text)")
      }
    }
  }
}
