import Foundation
import Testing

extension CommandLineTests {
  /// Images beside PNG and JPEG: read, or named, with and without the libraries that decode them.
  @Suite struct ImageFormatTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../ImageIOTests/Fixtures").standardized
    private static let read = [
      "oriented1.jpg", "rgb.bmp", "still.gif", "lossy.webp", "grey.tif", "colour.heic", "colour.avif",
    ]

    /// A folder of these fixtures, and a configuration that trains on them.
    private static func place(_ names: [String]) throws -> Workplace {
      let place = try Workplace(
        Workplace.configuration.replacingOccurrences(
          of: "source: synthetic, synthetic: {count: 48}", with: "source: folder, lastBatch: wrap, path: images"
        ).replacingOccurrences(of: "batch: 16, shards: 8", with: "batch: 4, shards: 2"))
      for name in names {
        try place.write([UInt8](Data(contentsOf: fixtures.appending(path: name))), "images/\(name)")
      }
      return place
    }

    /// Files of their names that are no libraries, found before any others.
    private static func without(_ libraries: [String], _ place: Workplace) throws -> [String: String] {
      for name in libraries { try place.write("", "none/\(name)") }
      let others = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"].map { ":" + $0 } ?? ""
      return ["LD_LIBRARY_PATH": place.file("none").path + others]
    }

    @Test func theProgramIsNotLinkedToTheLibraries() async throws {
      let place = try Workplace()
      let outcome = try await place.start(command: ["ldd", Program.path]).outcome()
      #expect(outcome.code == 0 && outcome.output.contains("libjpeg"), "\(outcome.text)")
      let libraries = outcome.output.split(separator: "\n").filter { line in
        ["webp", "tiff", "heif"].contains { line.contains($0) }
      }
      #expect(libraries.isEmpty, "\(libraries)")
    }

    @Test(.imageLibraries) func everyFormatIsTrainedOn() async throws {
      let place = try Self.place(Self.read + ["profile-p3.png", "profile-adobe.tif", "alpha.avif"])
      try place.write("1", "images/a.jp2")
      try place.write("1", "images/b.svg")
      let outcome = try await place.train()
      for text in [
        "images: left out images of formats that are not read: JPEG 2000: 1, SVG: 1",
        "2 images have a colour profile other than sRGB (Display P3: 1, Adobe RGB: 1): their numbers are used as they "
          + "are",
        "composited 1 image with transparency",
      ] { #expect(outcome.text.contains(text), "\(text) in \(outcome.text)") }

      let inspected = try await place.run(["data", "inspect", "images"])
      #expect(inspected.code == 0, "\(inspected.text)")
      for text in [
        "images: 10 images, ", "1  HEIC, colour, 8 bits", "1  AVIF, colour with alpha, 8 bits",
        "1  WebP, colour, 8 bits",
        "1  GIF, palette, 4 bits", "every image can be read", "2 images have a colour profile other than sRGB",
      ] { #expect(inspected.output.contains(text), "\(text) in \(inspected.text)") }

      let older = try await place.train(["data.formats=[png, jpeg]", "data.lastBatch=keep"], out: "older")
      #expect(
        older.text.contains("AVIF: 2, TIFF: 2, BMP: 1, GIF: 1, HEIC: 1, JPEG 2000: 1, SVG: 1, WebP: 1"), "\(older.text)"
      )
    }

    /// Without a library its images are unreadable, and nothing else is.
    @Test(
      .imageLibraries,
      arguments: [
        (["libwebp.so.7", "libwebp.so.6"], "lossy.webp", "WebP images need libwebp.so.7 (Debian: libwebp7)"),
        (["libtiff.so.6", "libtiff.so.5"], "grey.tif", "TIFF images need libtiff.so.6 (Debian: libtiff6)"),
        (["libheif.so.1"], "colour.heic", "HEIC images need libheif.so.1 (Debian: libheif1)"),
        (["libheif.so.1"], "colour.avif", "AVIF images need libheif.so.1 (Debian: libheif1)"),
      ]) func aMissingLibraryIsNamed(files: [String], image: String, message: String) async throws
    {
      let place = try Self.place(["oriented1.jpg", "rgb.bmp", "still.gif", image])
      let environment = try Self.without(files, place)
      let inspected = try await place.run(["data", "inspect", "images"], environment: environment)
      #expect(inspected.code == 65 && inspected.output.contains("images: 3 images"), "\(inspected.text)")
      #expect(inspected.errors.contains("images/\(image): \(message)"), "\(inspected.text)")
      try await place.train(environment: environment, expecting: 65)
      let outcome = try await place.train(["data.onBadImage=skip"], environment: environment)
      #expect(outcome.text.contains("left out 1 image") && outcome.text.contains(message), "\(outcome.text)")
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// The test needs the libraries that decode WebP, TIFF, HEIC and AVIF.
  fileprivate static var imageLibraries: Self {
    let isThere = ["libwebp.so.7", "libtiff.so.6", "libheif.so.1"].allSatisfy { name in
      guard let library = dlopen(name, RTLD_LAZY) else { return false }
      dlclose(library)
      return true
    }
    return .enabled(if: isThere, "libwebp7, libtiff6 and libheif1 are not installed")
  }
}
