import ImageIO
import Testing

/// Transparent pixels, composited over a background.
struct TransparencyTests {
  /// To the last bit c·a/255 + b·(255 − a)/255 of the pixels that Pillow finds (make_transparency.py).
  @Test func imagesAreComposited() throws {
    let lines = String(decoding: try Fixture.bytes("transparency.txt"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 28)
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      let background = try #require(Background(words[1]))
      let image = try decode(Fixture.bytes(words[0]), background)
      #expect(checksum(image.pixels) == UInt64(words[2], radix: 16), "\(line)")
      // All of them are white where the file says nothing else, and the grey is the composited colours'.
      if background == .white { #expect(try decode(Fixture.bytes(words[0]), .file) == image, "\(line)") }
      #expect(try decode(Fixture.bytes(words[0]), background, channels: 1) == image.with(channels: 1), "\(line)")
    }
  }

  private func decode(_ bytes: [UInt8], _ background: Background, channels: Int = 3) throws -> Image {
    try Decoder.image(
      in: bytes, channels: channels, path: "png", reading: ImageReading(orientation: .exif, background: background))
  }

  /// An image of one row, with chunks before its pixels.
  private func file(
    width: Int, _ depth: UInt8, _ colour: UInt8, _ row: [UInt8], _ chunks: [(String, [UInt8])] = []
  ) -> [UInt8] {
    var png = PNGBytes()
    png.chunk("IHDR", PNGBytes.number(UInt32(width)) + PNGBytes.number(1) + [depth, colour, 0, 0, 0])
    for (type, content) in chunks { png.chunk(type, content) }
    png.chunk("IDAT", PNGBytes.stored([0] + row))
    png.chunk("IEND", [])
    return png.bytes
  }

  /// Every alpha with colours at both ends and between, rounded to the nearest.
  @Test func everyAlphaIsRounded() throws {
    let row = (0..<256).flatMap { alpha -> [UInt8] in [200, 3, UInt8(255 - alpha), UInt8(alpha)] }
    let found = try decode(file(width: 256, 8, 6, row), .colour(red: 10, green: 250, blue: 77)).pixels
    for alpha in 0..<256 {
      for (channel, (colour, ground)) in [(200, 10), (3, 250), (255 - alpha, 77)].enumerated() {
        let exact = Double(colour * alpha + ground * (255 - alpha)) / 255
        #expect(Double(found[3 * alpha + channel]) == exact.rounded(), "alpha \(alpha), channel \(channel)")
      }
    }
  }

  /// Of 16 bits the high byte counts, also of alpha; a colour key is compared in all 16.
  @Test func sixteenBits() throws {
    #expect(try decode(file(width: 1, 16, 6, [100, 9, 50, 9, 0, 9, 0x80, 0xFF]), .white).pixels == [177, 152, 127])
    #expect(try decode(file(width: 1, 16, 4, [100, 9, 0x80, 0xFF]), .black).pixels == [50, 50, 50])
    let grey = file(width: 2, 16, 0, [100, 9, 100, 8], [("tRNS", [100, 8])])
    #expect(try decode(grey, .black).pixels == [100, 100, 100, 0, 0, 0])
    let rgb = file(width: 2, 16, 2, [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 4], [("tRNS", [1, 1, 2, 2, 3, 3])])
    #expect(try decode(rgb, .white).pixels == [255, 255, 255, 1, 2, 3])
  }

  @Test func fewBits() throws {
    // Levels 0 to 3 of two bits; level 2 is transparent.
    let grey = file(width: 4, 2, 0, [0b00_01_10_11], [("tRNS", [0, 2])])
    #expect(try decode(grey, .white, channels: 1).pixels == [0, 85, 255, 255])
    #expect(try decode(grey, .ignore, channels: 1).pixels == [0, 85, 170, 255])
    // A palette whose last colour has no alpha of its own.
    let palette: [(String, [UInt8])] = [("PLTE", [255, 0, 0, 0, 255, 0, 0, 0, 255]), ("tRNS", [0, 128])]
    #expect(
      try decode(file(width: 3, 4, 3, [0x01, 0x20], palette), .black).pixels == [0, 0, 0, 0, 128, 0, 0, 0, 255])
  }

  /// The file's own background, in each colour type; white if it is missing, invalid or behind the pixels.
  @Test func theFilesOwnBackground() throws {
    let palette: [UInt8] = [255, 0, 0, 0, 255, 0]
    for (depth, colour, row, chunks, expected) in [
      (8, 6, [9, 9, 9, 0], [("bKGD", [0, 1, 0, 2, 0, 3])], [1, 2, 3]),
      (16, 6, [9, 9, 9, 9, 9, 9, 0, 0], [("bKGD", [1, 99, 2, 99, 3, 99])], [1, 2, 3]),
      (8, 4, [9, 0], [("bKGD", [0, 7])], [7, 7, 7]),
      (2, 0, [0b1000_0000], [("tRNS", [0, 2]), ("bKGD", [0, 1])], [85, 85, 85]),
      (8, 2, [4, 5, 6], [("tRNS", [0, 4, 0, 5, 0, 6]), ("bKGD", [0, 1, 0, 2, 0, 3])], [1, 2, 3]),
      (8, 3, [0], [("PLTE", palette), ("tRNS", [0]), ("bKGD", [1])], [0, 255, 0]),
      (8, 3, [0], [("PLTE", palette), ("tRNS", [0]), ("bKGD", [2])], [255, 255, 255]),
      (8, 3, [0], [("PLTE", palette), ("tRNS", [0]), ("bKGD", [])], [255, 255, 255]),
      (8, 6, [9, 9, 9, 0], [("bKGD", [0, 7])], [255, 255, 255]),
      (8, 6, [9, 9, 9, 0], [], [255, 255, 255]),
    ] as [(UInt8, UInt8, [UInt8], [(String, [UInt8])], [UInt8])] {
      #expect(try decode(file(width: 1, depth, colour, row, chunks), .file).pixels == expected, "\(depth), \(colour)")
    }
  }

  /// Images are counted that have a pixel that is not opaque, not those that could have one.
  @Test func traitsTellWhatIsTransparent() throws {
    func traits(_ bytes: [UInt8], _ reading: ImageReading) throws -> ImageTraits {
      try Decoder.image(in: bytes, for: Transform(size: 1, channels: 3, reading: reading), path: "png").traits
    }
    for reading in [ImageReading.asShown, .asStored] {
      #expect(try traits(file(width: 1, 8, 6, [1, 2, 3, 254]), reading) == .transparent)
      #expect(try traits(file(width: 1, 8, 6, [1, 2, 3, 255]), reading) == [])
      #expect(try traits(file(width: 1, 8, 2, [1, 2, 3], [("tRNS", [0, 1, 0, 2, 0, 3])]), reading) == .transparent)
      #expect(try traits(file(width: 1, 8, 2, [1, 2, 4], [("tRNS", [0, 1, 0, 2, 0, 3])]), reading) == [])
    }
  }

  @Test func backgroundsAreNamed() {
    for text in ["file", "white", "black", "ignore", "#8090a0", "#000001"] {
      #expect(Background(text)?.description == text)
    }
    #expect(Background("#FFFFFF") == .white && Background("#000000") == .black)
    for text in ["", "#", "#12345", "#1234567", "8090a0", "#80 0a0", "#+80900", "#80９0a0", "White"] {
      #expect(Background(text) == nil, "\(text)")
    }
    let descriptions = ["file", "white", "#8090a0", "ignore"].map { text in
      let reading = ImageReading(orientation: .exif, background: Background(text)!)
      return Transform(size: 8, channels: 3, reading: reading).canonicalDescription
    }
    #expect(Set(descriptions).count == 4)
  }
}
