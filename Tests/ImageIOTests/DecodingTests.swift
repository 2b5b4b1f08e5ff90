import Foundation
import ImageIO
import Testing

/// From files to training images: exactly, and scaled down as they are decoded.
struct DecodingTests {
  /// To the last bit Pillow's decoding, `resize(BILINEAR)` and crop (make_fixtures.py).
  @Test func exactIsAsPillow() throws {
    #expect(
      try load("portrait.jpg", Transform(size: 64, channels: 3)) == Fixture.image("portrait.crop.64.ppm"))
  }

  /// To the last bit what Pillow makes of an image that its decoder halved, where half a pixel is left over.
  @Test func fastIsAsPillowsDraft() throws {
    let image = try load("halved.jpg", Transform(size: 64, channels: 3, decoding: .fast))
    #expect(try image == Fixture.image("halved.crop.64.ppm"))
  }

  @Test(arguments: Transform.Fit.allCases, [1, 3]) func fastIsNearExact(_ fit: Transform.Fit, channels: Int) throws {
    for (name, size) in [("portrait.jpg", 64), ("portrait.jpg", 20), ("halved.jpg", 64), ("halved.jpg", 9)] {
      let exact = try load(name, Transform(size: size, channels: channels, fit: fit))
      let fast = try load(name, Transform(size: size, channels: channels, fit: fit, decoding: .fast))
      let noise = signalToNoise(exact, fast)
      #expect(noise > 30 && noise < .infinity, "\(name) at \(size): \(noise) dB")
    }
  }

  /// Nothing is scaled where the training image needs every pixel, nor in other formats.
  @Test func fastIsExactWhereItCannotScale() throws {
    let large = Transform(size: 178, channels: 3, decoding: .fast)
    #expect(try load("portrait.jpg", large) == load("portrait.jpg", Transform(size: 178, channels: 3)))
    let decoded = try Decoder.image(in: Fixture.bytes("portrait.jpg"), channels: 3, path: "portrait")
    let png = try PNGEncoder.bytes(of: decoded)
    #expect(
      try load(png, Transform(size: 20, channels: 3, decoding: .fast)) == load(png, Transform(size: 20, channels: 3)))
  }

  @Test(arguments: JPEGTests.names) func fastRefusesWhatIsCutShort(_ name: String) throws {
    let bytes = try Fixture.bytes("\(name).jpg")
    let transform = Transform(size: 5, channels: 3, decoding: .fast)
    _ = try load(bytes, transform)
    for count in stride(from: 1, to: bytes.count, by: 7) {
      #expect(throws: ImageError.self, "\(count) bytes") { try load(Array(bytes.prefix(count)), transform) }
    }
  }

  @Test(.data("facades")) func fastIsNearExactOnPhotographs() throws {
    let source = try FolderSource(folder: Fixture.data("facades"))
    let exact = Transform(size: 64, channels: 3)
    let fast = Transform(size: 64, channels: 3, decoding: .fast)
    let all = try source.indices.map { signalToNoise(try load(source, $0, exact), try load(source, $0, fast)) }
    let sorted = all.sorted()
    print("fast decoding of \(all.count) photographs: PSNR least \(sorted[0]) dB, median \(sorted[all.count / 2]) dB")
    // Found: 28.6 and 34.2 dB; these photographs shrink to an eighth or a quarter, and are full of edges.
    #expect(sorted[0] > 28)
    #expect(sorted[all.count / 2] > 34)
  }

  private func load(_ name: String, _ transform: Transform) throws -> Image {
    try load(Fixture.bytes(name), transform)
  }

  private func load(_ bytes: [UInt8], _ transform: Transform) throws -> Image {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: "a.jpg")
    return try load(try FolderSource(folder: folder.path), 0, transform)
  }

  private func load(_ source: FolderSource, _ index: SourceIndex, _ transform: Transform) throws -> Image {
    let cache = ImageCache(folder: nil, source: source, transform: transform, hash: testHash, warn: { _ in })
    let pixels = try [UInt8](unsafeUninitializedCapacity: transform.byteCount) { pixels, count in
      _ = try cache.load(index, into: pixels)
      count = pixels.count
    }
    return Image(width: transform.width, height: transform.height, channels: transform.channels, pixels: pixels)
  }

  /// Peak signal-to-noise ratio, dB.
  private func signalToNoise(_ a: Image, _ b: Image) -> Double {
    let squares = zip(a.pixels, b.pixels).reduce(0) { $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)) }
    return 10 * log10(255 * 255 * Double(a.pixels.count) / Double(squares))
  }
}
