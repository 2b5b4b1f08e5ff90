import Foundation
import ImageIO
import Testing

struct PNGTests {
  /// Every valid file of PngSuite has the pixels that Pillow finds (make_pngsuite_checksums.py).
  @Test(.data("pngsuite")) func pngSuiteDecodes() throws {
    let suite = try Fixture.data("pngsuite")
    let lines = String(decoding: try Fixture.bytes("pngsuite.txt"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 161)
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(suite)/\(words[0])")))
      for (channels, expected) in [(3, words[3]), (1, words[4])] {
        let image = try Decoder.image(in: bytes, channels: channels, path: words[0], reading: .asStored)
        #expect("\(image.width) \(image.height)" == "\(words[1]) \(words[2])", "\(words[0])")
        #expect(checksum(image.pixels) == UInt64(expected, radix: 16), "\(words[0]), \(channels) channels")
      }
    }
  }

  /// Every corrupt file of PngSuite is refused by its name.
  @Test(.data("pngsuite")) func pngSuiteRefusesTheCorrupt() throws {
    let suite = try Fixture.data("pngsuite")
    let names = try FileManager.default.contentsOfDirectory(atPath: suite).filter { $0.hasPrefix("x") }
    #expect(names.count == 14)
    let source = try FolderSource(folder: suite, pattern: "x*.png")
    for index in source.indices {
      let error = #expect(throws: ImageError.self) { try source.load(index, channels: 3) }
      #expect(error?.description.contains(source.name(index)) == true, "\(source.name(index))")
    }
  }

  /// 2 pixels of each colour type, by hand: black and white, then something between.
  @Test func everyColourTypeByHand() throws {
    func pixels(_ depth: UInt8, _ colour: UInt8, _ row: [UInt8], palette: [UInt8] = []) throws -> [UInt8] {
      let bytes = PNGBytes.file(width: 2, height: 1, depth: depth, colour: colour, palette: palette, rows: [[0] + row])
      return try Decoder.image(in: bytes, channels: 3, path: "png", reading: .asStored).pixels
    }
    #expect(try pixels(1, 0, [0b0100_0000]) == [0, 0, 0, 255, 255, 255])
    #expect(try pixels(2, 0, [0b0110_0000]) == [85, 85, 85, 170, 170, 170])
    #expect(try pixels(16, 0, [1, 255, 200, 0]) == [1, 1, 1, 200, 200, 200])
    #expect(try pixels(8, 2, [1, 2, 3, 4, 5, 6]) == [1, 2, 3, 4, 5, 6])
    #expect(try pixels(4, 3, [0x10], palette: [9, 8, 7, 1, 2, 3]) == [1, 2, 3, 9, 8, 7])
    #expect(try pixels(8, 4, [50, 0, 60, 255]) == [50, 50, 50, 60, 60, 60])
    #expect(try pixels(8, 6, [1, 2, 3, 0, 4, 5, 6, 128]) == [1, 2, 3, 4, 5, 6])
  }

  @Test func paletteIndexOutOfRangeIsNamed() {
    let bytes = PNGBytes.file(
      width: 2, height: 1, depth: 8, colour: 3, palette: [9, 8, 7, 1, 2, 3], rows: [[0, 1, 2]])
    #expect(reasonOfRefusing(bytes)?.contains("palette index 2 at column 1, row 0") == true)
  }

  @Test func surplusDataIsRefused() {
    #expect(errorOfDecoding(PNGBytes.file(width: 1, height: 1, depth: 8, colour: 0, rows: [[0, 1]])) == nil)
    #expect(errorOfDecoding(PNGBytes.file(width: 1, height: 1, depth: 8, colour: 0, rows: [[0, 1], [0, 2]])) != nil)
    #expect(errorOfDecoding(PNGBytes.file(width: 1, height: 2, depth: 8, colour: 0, rows: [[0, 1]])) != nil)
  }

  @Test func truncatedAnywhereIsRefused() throws {
    let bytes = try PNGEncoder.bytes(of: Fixture.image("small.ppm"))
    #expect(errorOfDecoding(bytes) == nil)
    for count in 0..<bytes.count { #expect(errorOfDecoding(Array(bytes.prefix(count))) != nil, "\(count) bytes") }
  }

  @Test func flippedBitsNeverCrash() throws {
    let bytes = try PNGEncoder.bytes(of: Fixture.image("small.ppm"))
    for at in 8..<bytes.count {
      var flipped = bytes
      flipped[at] ^= 1 << UInt8(at % 8)
      #expect(errorOfDecoding(flipped) != nil, "a chunk's CRC covers byte \(at)")
    }
  }

  /// A header alone costs no memory, and the message has the size.
  @Test func hugeHeadersAreRefused() {
    for (width, height) in [(65501, 1), (1, 2_000_000_000), (60000, 60000)] {
      let bytes = PNGBytes.file(width: width, height: height, depth: 8, colour: 2, rows: [[0]])
      #expect(errorOfDecoding(bytes) == .tooLarge(path: "image", width: width, height: height))
    }
    #expect(errorOfDecoding(PNGBytes.file(width: 0, height: 1, depth: 8, colour: 2, rows: [[0]])) != nil)
  }

  /// Text and profiles are skipped, not inflated; their CRC still counts.
  @Test func chunksWithoutPixelsAreSkipped() throws {
    func file(breakingCRC: Bool) -> [UInt8] {
      var png = PNGBytes()
      png.chunk("IHDR", PNGBytes.number(1) + PNGBytes.number(1) + [8, 0, 0, 0, 0])
      png.chunk("iCCP", Array("profile\0\0no deflate data at all".utf8))
      png.chunk("zTXt", Array("title\0\0neither is this".utf8), breakingCRC: breakingCRC)
      png.chunk("IDAT", PNGBytes.stored([0, 77]))
      png.chunk("IEND", [])
      return png.bytes
    }
    #expect(try Decoder.image(in: file(breakingCRC: false), channels: 1, path: "png").pixels == [77])
    #expect(reasonOfRefusing(file(breakingCRC: true))?.contains("zTXt") == true)
  }

  @Test(arguments: ["small.ppm", "wide-grey.pgm"]) func encodedImagesDecode(_ name: String) throws {
    let image = try Fixture.image(name)
    let encoded = try PNGEncoder.bytes(of: image)
    var header = PNGBytes()
    let size = PNGBytes.number(UInt32(image.width)) + PNGBytes.number(UInt32(image.height))
    header.chunk("IHDR", size + [8, image.channels == 3 ? 2 : 0, 0, 0, 0])
    #expect(encoded.starts(with: header.bytes))
    #expect(try Decoder.image(in: encoded, channels: image.channels, path: name) == image)
    #expect(try PNGEncoder.bytes(of: image) == encoded)
  }
}
