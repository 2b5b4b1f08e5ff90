import Foundation
import ImageIO
import Testing

/// Cut, changed and absurd files of the formats beside PNG and JPEG.
struct HostileFormatTests {
  static let names = FormatFixtureTests.exactNames + FormatFixtureTests.lossyNames

  /// Cut anywhere, a file is refused, or only padding or the values of a tag that is not needed are gone.
  @Test(.library("lossy.webp"), .library("grey.tif"), .library("colour.heic"), arguments: names)
  func truncatedAnywhereIsRefused(_ name: String) throws {
    let bytes = try Fixture.bytes(name)
    let whole = try Decoder.image(in: bytes, channels: 3, path: name)
    for count in 0..<bytes.count {
      guard errorOfDecoding(Array(bytes.prefix(count))) == nil else { continue }
      let image = try Decoder.image(in: Array(bytes.prefix(count)), channels: 3, path: name)
      #expect(image == whole && count >= bytes.count - 50, "\(count) of \(bytes.count) bytes")
    }
  }

  /// Few of these formats have checksums: a changed byte may pass, but must not crash or hang.
  @Test(.library("lossy.webp"), .library("grey.tif"), .library("colour.heic"), arguments: names)
  func flippedBitsNeverCrash(_ name: String) throws {
    let bytes = try Fixture.bytes(name)
    var refused = 0
    for at in bytes.indices {
      var flipped = bytes
      flipped[at] ^= 1 << UInt8(at % 8)
      if let error = errorOfDecoding(flipped) {
        refused += 1
        #expect(!error.description.unicodeScalars.contains { $0.value < 32 || 127..<160 ~= $0.value })
      }
    }
    #expect(refused > 10)
  }

  /// Little-endian numbers.
  private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func replacing(_ name: String, at place: Int, _ content: [UInt8]) throws -> [UInt8] {
    var bytes = try Fixture.bytes(name)
    bytes.replaceSubrange(place..<place + content.count, with: content)
    return bytes
  }

  @Test func hugeBMPIsRefused() throws {
    for (width, height) in [(65501, 1), (1, 65501), (60000, 60000), (Int(Int32.max), Int(Int32.max))] {
      let bytes = try Self.replacing("rgb.bmp", at: 18, Self.bytes(width, 4) + Self.bytes(height, 4))
      #expect(errorOfDecoding(bytes) == .tooLarge(path: "image", width: width, height: height))
    }
    // The least number has no absolute value in 32 bits.
    let bytes = try Self.replacing("rgb.bmp", at: 22, Self.bytes(Int(Int32.min), 4))
    #expect(errorOfDecoding(bytes) == .tooLarge(path: "image", width: 23, height: 1 << 31))
    for (place, content) in [(18, [0, 0, 0, 0]), (22, [0, 0, 0, 0]), (18, [255, 255, 255, 255])] as [(Int, [UInt8])] {
      #expect(try reasonOfRefusing(Self.replacing("rgb.bmp", at: place, content))?.contains("its header says") == true)
    }
  }

  /// Runs may promise any number of rows, and jump out of the image.
  @Test func runsOutsideAreDropped() throws {
    let bytes = try Fixture.bytes("runs-8.bmp")
    let data = bytes.count - 24
    let jumps = Array(bytes.prefix(data)) + [0, 2, 255, 0, 9, 7, 0, 2, 0, 255, 3, 3]
    let palette = bytes[54..<58]
    let image = try Decoder.image(in: jumps, channels: 3, path: "bmp")
    #expect(image.pixels == (0..<32).flatMap { _ in [palette[56], palette[55], palette[54]] })
    #expect(reasonOfRefusing(Array(bytes.prefix(data)) + [255, 7])?.contains("ends too early") == true)
    #expect(reasonOfRefusing(Array(bytes.prefix(data)) + [8, 200, 0, 1])?.contains("palette index 200") == true)
  }

  @Test(arguments: [4, 5, 11]) func otherCompressionsOfBMPAreNamed(_ code: UInt8) throws {
    let error = try errorOfDecoding(Self.replacing("rgb.bmp", at: 30, [code]))
    #expect(
      error
        == .unsupported(
          path: "image", found: "a BMP image with compression \(code)", expected: "a kind of BMP that is read"))
  }

  @Test func hugeGIFIsRefused() throws {
    #expect(
      try errorOfDecoding(Self.replacing("rows.gif", at: 6, [255, 255, 255, 255]))
        == .tooLarge(path: "image", width: 65535, height: 65535))
  }

  @Test(.library("lossy.webp")) func hugeWebPIsRefused() throws {
    // Lossless data begin with 14 bits each of width and height less 1.
    let bytes = try Self.replacing("lossless.webp", at: 21, [255, 255, 255, 15])
    #expect(errorOfDecoding(bytes) == .tooLarge(path: "image", width: 16384, height: 16384))
    // The canvas of an animation has 24.
    let canvas = try Self.replacing("on-canvas.webp", at: 24, [UInt8](repeating: 255, count: 6))
    #expect(errorOfDecoding(canvas) == .tooLarge(path: "image", width: 1 << 24, height: 1 << 24))
    let outside = try Self.replacing("on-canvas.webp", at: 24, [3, 0, 0, 3, 0, 0])
    #expect(reasonOfRefusing(outside) == "its first frame does not lie on the canvas")
  }

  /// A directory of entries of one LONG or SHORT each, and no more data than that.
  private static func tiff(_ entries: [(tag: Int, value: Int)], data: [UInt8] = []) -> [UInt8] {
    var bytes = Array("II*\0".utf8) + Self.bytes(8, 4) + Self.bytes(entries.count, 2)
    for (tag, value) in entries.sorted(by: { $0.tag < $1.tag }) {
      bytes += Self.bytes(tag, 2) + Self.bytes(4, 2) + Self.bytes(1, 4) + Self.bytes(value, 4)
    }
    return bytes + Self.bytes(0, 4) + data
  }

  private static let grey = [(258, 8), (259, 1), (262, 1), (277, 1)]

  @Test(.library("grey.tif")) func hugeTIFFIsRefused() {
    let huge = Self.grey + [(256, 1 << 30), (257, 1 << 30), (273, 8), (278, 1 << 30), (279, 100)]
    #expect(errorOfDecoding(Self.tiff(huge)) == .tooLarge(path: "image", width: 1 << 30, height: 1 << 30))
  }

  /// Each tile of a few bytes may stand for as much memory, and time, as its size says.
  @Test(.library("grey.tif")) func tilesAreLimited() {
    for (width, height, tileWidth, tileHeight) in [
      (1, 1, 1 << 20, 1 << 20), (65500, 1, 16, 1 << 24), (65500, 2000, 1 << 15, 1 << 15), (16, 16, 1 << 31, 16),
      // Of its tiles one has a place in the file.
      (65500, 1025, 16, 5),
    ] {
      let entries =
        Self.grey + [
          (256, width), (257, height), (322, tileWidth), (323, tileHeight), (324, 8), (325, 100),
        ]
      #expect(reasonOfRefusing(Self.tiff(entries)) != nil, "\(tileWidth)×\(tileHeight)")
    }
  }

  /// Intact files of kinds that are not read are named as what they are.
  @Test(.library("grey.tif")) func otherKindsOfTIFFAreNamed() {
    let size = [(256, 1), (257, 1), (273, 8), (278, 1), (279, 1)]
    for (changes, found) in [
      ([(258, 32), (339, 3)], "a TIFF image of floating-point samples"),
      ([(259, 34661)], "a TIFF image with compression 34661"),
      ([(258, 32)], "a grey TIFF image of 32 bits"), ([(262, 8), (277, 3)], "a TIFF image of colours 8"),
      ([(254, 1)], "a camera's raw image, or a TIFF image behind a preview"),
      ([(262, 5), (277, 4), (332, 2)], "a TIFF image of other inks than CMYK"),
    ] {
      let kept = (Self.grey + size).filter { entry in !changes.contains { $0.0 == entry.0 } }
      let error = errorOfDecoding(Self.tiff(kept + changes))
      #expect(error == .unsupported(path: "image", found: found, expected: "a kind of TIFF that is read"), "\(found)")
    }
  }

  /// The size is in a property of the image (ISO/IEC 23008-12, §6.5.3).
  @Test(.library("colour.heic")) func hugeHEIFIsRefused() throws {
    var bytes = try Fixture.bytes("colour.avif")
    let size = try #require(bytes.firstRange(of: Array("ispe".utf8)))
    for stated in [[0, 0, 255, 255, 0, 0, 255, 255], [0, 0, 0x7F, 255, 0, 0, 0x7F, 255]] as [[UInt8]] {
      bytes.replaceSubrange(size.upperBound + 4..<size.upperBound + 12, with: stated)
      #expect(errorOfDecoding(bytes) != nil)
    }
  }

  /// A small size in the property does not hide the size of the coded frame, by which the decoders allocate
  /// (make_bombs.py).
  @Test(arguments: [("bomb.avif", 12000), ("bomb.heic", 11904)]) func codedFramesAreLimited(name: String, side: Int)
    throws
  {
    #expect(try errorOfDecoding(Fixture.bytes(name)) == .tooLarge(path: "image", width: side, height: side))
  }
}
