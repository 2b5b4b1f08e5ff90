import Foundation
import ImageIO
import Testing

struct JPEGTests {
  static let names = [
    "baseline-420", "baseline-422", "baseline-444", "progressive", "grey", "cmyk", "ycck",
  ]

  /// To the last bit what Pillow decodes (make_fixtures.py).
  @Test(arguments: names) func decodesAsPillow(_ name: String) throws {
    let bytes = try Fixture.bytes("\(name).jpg")
    #expect(try Decoder.image(in: bytes, channels: 3, path: name) == Fixture.image("\(name).decoded.ppm"))
    #expect(try Decoder.image(in: bytes, channels: 1, path: name) == Fixture.image("\(name).decoded-grey.pgm"))
  }

  @Test(arguments: names) func truncatedAnywhereIsRefused(_ name: String) throws {
    let bytes = try Fixture.bytes("\(name).jpg")
    for count in 0..<bytes.count { #expect(errorOfDecoding(Array(bytes.prefix(count))) != nil, "\(count) bytes") }
  }

  /// A JPEG has no checksums: a changed byte may pass, but must not crash or hang.
  @Test(arguments: names) func flippedBitsNeverCrash(_ name: String) throws {
    let bytes = try Fixture.bytes("\(name).jpg")
    var refused = 0
    for at in bytes.indices {
      var flipped = bytes
      flipped[at] ^= 1 << UInt8(at % 8)
      if errorOfDecoding(flipped) != nil { refused += 1 }
    }
    #expect(refused > 20)
  }

  @Test func damageInTheMiddleIsRefused() throws {
    var bytes = try Fixture.bytes("baseline-420.jpg")
    // An end marker amid the blocks.
    bytes.replaceSubrange(bytes.count - 100..<bytes.count - 98, with: [0xFF, 0xD9])
    #expect(reasonOfRefusing(bytes)?.contains("premature end") == true)
  }

  /// A progressive image may have its 64 coefficients in 64 scans, but not scans without end.
  @Test func scansAreLimited() throws {
    let image = try Decoder.image(in: Self.progressive(refined: false), channels: 1, path: "scans")
    #expect(image == Image(width: 8, height: 8, channels: 1, filledWith: 128))
    #expect(reasonOfRefusing(Self.progressive(refined: true)) == "it has more than 100 scans")
  }

  /// The larger an image, the fewer: 2^30 pixels may be scanned, and each scan costs as much as its blocks, however few
  /// its bytes.
  @Test func scansOfLargeImagesAreLimitedFurther() throws {
    let image = try Decoder.image(in: Self.scanned(side: 4096, scans: 64), channels: 1, path: "scans")
    #expect(image.width == 4096 && image.pixels.allSatisfy { $0 == 128 })
    #expect(reasonOfRefusing(Self.scanned(side: 4096, scans: 65)) == "it has more than 64 scans")
  }

  @Test func hugeHeaderIsRefused() {
    var bytes = Self.progressive(refined: false)
    let size = bytes.firstRange(of: [0, 8, 0, 8])!
    bytes.replaceSubrange(size, with: [0xEA, 0x60, 0xEA, 0x60])
    #expect(errorOfDecoding(bytes) == .tooLarge(path: "image", width: 60000, height: 60000))
  }

  /// A square of middle grey, its coefficients one by one and, from scan 65 on, their last bits.
  private static func scanned(side: Int, scans: Int) -> [UInt8] {
    func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
      [0xFF, marker, 0, UInt8(content.count + 2)] + content
    }
    let blocks = side * side / 64
    let lengths = [UInt8(1)] + [UInt8](repeating: 0, count: 15)
    let size = [UInt8(side >> 8), UInt8(side & 255)]
    var bytes: [UInt8] = [0xFF, 0xD8] + segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
    bytes += segment(0xC2, [8] + size + size + [1, 1, 0x11, 0])
    // One code, the bit 0: for no difference, and for the end of 2^14 blocks and as many more as 14 bits, all 0, say.
    bytes += segment(0xC4, [0x00] + lengths + [0]) + segment(0xC4, [0x10] + lengths + [0xE0])
    bytes += segment(0xDA, [1, 1, 0, 0, 0, 0]) + [UInt8](repeating: 0, count: blocks / 8)
    for number in 0..<scans - 1 {
      let band = UInt8(number % 63 + 1)
      bytes += segment(0xDA, [1, 1, 0, band, band, number < 63 ? 0x01 : 0x10])
      bytes += [UInt8](repeating: 0, count: (blocks / 16384 * 15 + 7) / 8)
    }
    return bytes + [0xFF, 0xD9]
  }

  /// 8 × 8 pixels of middle grey: a scan for the mean and one for each other coefficient, 63 more where refined.
  static func progressive(refined: Bool) -> [UInt8] {
    func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
      [0xFF, marker, 0, UInt8(content.count + 2)] + content
    }
    // One code, the bit 0, for the symbol 0: no difference, or end of block.
    func table(_ kind: UInt8) -> [UInt8] { segment(0xC4, [kind, 1] + [UInt8](repeating: 0, count: 15) + [0]) }
    func scan(_ band: UInt8, _ approximation: UInt8) -> [UInt8] {
      segment(0xDA, [1, 1, 0, band, band, approximation]) + [0x7F]
    }
    var bytes: [UInt8] = [0xFF, 0xD8] + segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
    bytes += segment(0xC2, [8, 0, 8, 0, 8, 1, 1, 0x11, 0]) + table(0x00) + table(0x10)
    bytes += scan(0, 0x00)
    for band in UInt8(1)..<64 { bytes += scan(band, refined ? 0x01 : 0x00) }
    if refined { for band in UInt8(1)..<64 { bytes += scan(band, 0x10) } }
    return bytes + [0xFF, 0xD9]
  }
}
