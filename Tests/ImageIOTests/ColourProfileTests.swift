import Foundation
import ImageIO
import Testing

/// What files say of their colours (make_profiles.py).
struct ColourProfileTests {
  static let lines: [(name: String, expected: String)] = {
    let text = String(decoding: (try? Fixture.bytes("profiles.txt")) ?? [], as: UTF8.self)
    return text.split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      return (String(parts[0]), String(parts[1]))
    }
  }()

  private func colours(_ bytes: [UInt8]) throws -> ForeignColours? {
    try Decoder.image(in: bytes, for: Transform(size: 2, channels: 3), path: "image").traits.colours
  }

  @Test(.library("profile-p3.webp"), .library("profile-adobe.tif"), .library("profile-p3.heic"), arguments: lines)
  func profilesAreRecognized(name: String, expected: String) throws {
    #expect(try (colours(Fixture.bytes(name))?.name ?? "-") == expected)
  }

  @Test func allFilesAreThere() { #expect(Self.lines.count > 20) }

  /// The pixels stay as they are.
  @Test func nothingIsConverted() throws {
    let plain = try Decoder.image(in: Fixture.bytes("profile-srgb.png"), channels: 3, path: "png")
    #expect(try Decoder.image(in: Fixture.bytes("profile-p3.png"), channels: 3, path: "png") == plain)
  }

  @Test func traitsKeepTheColours() {
    for colours in ForeignColours.allCases {
      var traits = ImageTraits(colours: colours)
      traits.formUnion([.turned, .transparent])
      #expect(ImageTraits(rawValue: traits.rawValue).colours == colours)
      #expect(traits.contains(.turned) && traits.contains(.transparent))
    }
    #expect(ImageTraits([.turned, .transparent]).colours == nil && ImageTraits(colours: nil) == [])
  }

  @Test func sentences() {
    #expect(ForeignColours.sentence([:]) == nil)
    #expect(
      ForeignColours.sentence([.adobeRGB: 1])
        == "1 image has a colour profile other than sRGB (Adobe RGB: 1): its numbers are used as they are")
    #expect(
      ForeignColours.sentence([.adobeRGB: 2, .displayP3: 10]) == "12 images have a colour profile other than sRGB "
        + "(Display P3: 10, Adobe RGB: 2): their numbers are used as they are")
  }

  /// ITU-T H.273's numbers; video's functions are shown as sRGB.
  @Test func codePoints() {
    for (primaries, transfer, expected) in [
      (1, 13, nil), (1, 1, nil), (2, 2, nil), (1, 6, nil), (1, 8, .otherGamma), (12, 13, .displayP3), (9, 14, .rec2020),
      (9, 16, .perceptualQuantizer), (9, 18, .hybridLogGamma), (10, 13, .other),
    ] as [(UInt8, UInt8, ForeignColours?)] {
      #expect(ForeignColours(primaries: primaries, transfer: transfer) == expected, "\(primaries), \(transfer)")
    }
  }
}
