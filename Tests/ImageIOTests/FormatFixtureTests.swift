import Foundation
import ImageIO
import Testing

/// WebP, TIFF, BMP, GIF, HEIC and AVIF against what Pillow decodes (make_formats.py).
struct FormatFixtureTests {
  struct Expectation: CustomTestStringConvertible, Sendable {
    let name: String
    let background: Background
    let width: Int
    let height: Int
    let checksum: String

    var testDescription: String { "\(name) over \(background)" }
  }

  static let exact: [Expectation] = {
    let text = String(decoding: (try? Fixture.bytes("formats.txt")) ?? [], as: UTF8.self)
    return text.split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      return Expectation(
        name: words[0], background: Background(words[1])!, width: Int(words[2])!, height: Int(words[3])!,
        checksum: words[4])
    }
  }()

  static let exactNames = Set(exact.map(\.name)).sorted()
  /// Lossy in ways of which the last bit is the decoder's choice.
  static let lossyNames = [
    "colour.heic", "alpha.heic", "oriented6.heic", "ten-bits.heic", "colour.avif", "alpha.avif",
  ]

  static func ending(_ endings: String...) -> [Expectation] {
    exact.filter { expectation in endings.contains { expectation.name.hasSuffix($0) } }
  }

  private func check(_ expected: Expectation) throws {
    let reading = ImageReading(orientation: .exif, background: expected.background)
    let bytes = try Fixture.bytes(expected.name)
    let image = try Decoder.image(in: bytes, channels: 3, path: expected.name, reading: reading)
    #expect(image.width == expected.width && image.height == expected.height)
    let sum = String(checksum(image.pixels), radix: 16)
    #expect(String(repeating: "0", count: 16 - sum.count) + sum == expected.checksum)
    let grey = try Decoder.image(in: bytes, channels: 1, path: expected.name, reading: reading)
    #expect(grey == image.with(channels: 1))
  }

  @Test(.library("lossy.webp"), arguments: ending(".webp")) func webP(_ expected: Expectation) throws {
    try check(expected)
  }

  @Test(.library("grey.tif"), arguments: ending(".tif")) func tiff(_ expected: Expectation) throws {
    try check(expected)
  }

  @Test(arguments: ending(".bmp", ".gif")) func bmpAndGIF(_ expected: Expectation) throws { try check(expected) }

  @Test(.library("colour.heic"), arguments: lossyNames) func heif(_ name: String) throws {
    let expected = try Fixture.image("\(name).decoded.ppm")
    let image = try Decoder.image(in: Fixture.bytes(name), channels: 3, path: name)
    #expect(image.width == expected.width && image.height == expected.height)
    let differences = zip(image.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
    // The colours of four pixels are stored once; libheif repeats them, Pillow's libavif blends them.
    #expect(differences.reduce(0, +) < differences.count * 2, "two levels on the average: \(differences.max()!)")
  }

  /// What a file holds is found from its content, whatever its name.
  @Test(.library("lossy.webp"), .library("colour.heic")) func theContentDecides() throws {
    let folder = try TemporaryFolder()
    let names = ["lossless.webp", "palette.bmp", "still.gif", "colour.avif", "grey.tif"]
    for (place, name) in names.enumerated() { try folder.write(try Fixture.bytes(name), to: "\(place).jpg") }
    let source = try FolderSource(folder: folder.path)
    for (place, name) in names.enumerated() {
      let image = try Decoder.image(in: Fixture.bytes(name), channels: 3, path: name)
      #expect(try source.load(SourceIndex(place), channels: 3).image == image)
    }
  }

  @Test(.library("alpha-lossless.webp"), .library("alpha.tif"), .library("colour.heic")) func traitsAreFound() throws {
    for (name, expected) in [
      ("lossless.webp", []), ("alpha-lossless.webp", .transparent), ("oriented6.webp", .turned),
      ("on-canvas.webp", .transparent), ("alpha.tif", .transparent), ("oriented6.tif", .turned), ("grey.tif", []),
      ("alpha-v4.bmp", .transparent), ("alpha-unused.bmp", []), ("still.gif", []), ("transparent.gif", .transparent),
      ("on-screen.gif", .transparent), ("colour.heic", []), ("alpha.avif", .transparent), ("oriented6.heic", []),
    ] as [(String, ImageTraits)] {
      let transform = Transform(size: 8, channels: 3)
      #expect(try Decoder.image(in: Fixture.bytes(name), for: transform, path: name).traits == expected, "\(name)")
    }
  }

  @Test(arguments: [
    ("lossy.webp", "WebP, colour, 8 bits"), ("alpha-lossless.webp", "WebP, colour with alpha, 8 bits, lossless"),
    ("animated.webp", "WebP, colour, 8 bits, animated"), ("rgb-16-big.tif", "TIFF, colour, 16 bits"),
    ("fax.tif", "TIFF, grey, 1 bit"), ("palette-4.tif", "TIFF, palette, 4 bits"),
    ("cmyk.tif", "TIFF, four colours (CMYK), 8 bits"), ("alpha.tif", "TIFF, colour with alpha, 8 bits"),
    ("one-bit.bmp", "BMP, palette, 1 bit"), ("565.bmp", "BMP, colour, 6 bits"), ("rgb.bmp", "BMP, colour, 8 bits"),
    ("alpha-v4.bmp", "BMP, colour with alpha, 8 bits"), ("still.gif", "GIF, palette, 4 bits"),
    ("colour.heic", "HEIC, colour, 8 bits"), ("ten-bits.heic", "HEIC, colour, 10 bits"),
    ("alpha.avif", "AVIF, colour with alpha, 8 bits"),
  ]) func headersAreDescribed(name: String, description: String) throws {
    #expect(try ImageHeader(Fixture.bytes(name))?.description == description)
  }
}

extension Trait where Self == ConditionTrait {
  /// The test needs the library that decodes this fixture; the program runs without it.
  static func library(_ name: String) -> Self {
    let error = (try? Fixture.bytes(name)).flatMap { errorOfDecoding($0) }
    let isThere = if case .noLibrary = error { false } else { true }
    return .enabled(if: isThere, "the library that decodes \(name) is not installed: scripts/setup installs it")
  }
}
