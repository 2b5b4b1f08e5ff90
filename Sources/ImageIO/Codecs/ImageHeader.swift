/// The format of the samples in a PNG or JPEG file, from its header.
package struct ImageHeader: Hashable, Sendable, CustomStringConvertible {
  package enum Colours: String, Hashable, Sendable {
    case grey
    case greyWithAlpha = "grey with alpha"
    case colour
    case colourWithAlpha = "colour with alpha"
    case palette
    case fourColours = "four colours (CMYK)"
  }

  package let format: Decoder.Format
  package let colours: Colours
  /// Bits of a sample; of a palette, of an index.
  package let depth: Int
  /// Progressive or interlaced.
  package let isGradual: Bool

  package var description: String {
    let gradual = !isGradual ? "" : format == .png ? ", interlaced" : ", progressive"
    return "\(format.rawValue), \(colours.rawValue), \(depth) bit\(depth == 1 ? "" : "s")\(gradual)"
  }

  /// Nil if `bytes` have neither format, or break it.
  package init?(_ bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { self.init(png: bytes) } else { self.init(jpeg: bytes) }
  }

  /// IHDR, the first chunk (PNG specification, §11.2.1).
  private init?(png bytes: [UInt8]) {
    let kinds: [UInt8: Colours] = [0: .grey, 2: .colour, 3: .palette, 4: .greyWithAlpha, 6: .colourWithAlpha]
    guard bytes.count >= 29, let colours = kinds[bytes[25]] else { return nil }
    (format, self.colours, depth, isGradual) = (.png, colours, Int(bytes[24]), bytes[28] == 1)
  }

  /// The frame header, which follows other segments (ITU-T T.81, B.2.2). Bytes between segments are skipped, as libjpeg
  /// does.
  private init?(jpeg bytes: [UInt8]) {
    guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
    var at = 2
    while at + 10 <= bytes.count {
      let marker = bytes[at + 1]
      guard bytes[at] == 0xFF, marker != 0, marker != 0xFF else {
        at += 1
        continue
      }
      if 0xC0...0xCF ~= marker, ![0xC4, 0xC8, 0xCC].contains(marker) {
        let kinds: [UInt8: Colours] = [1: .grey, 3: .colour, 4: .fourColours]
        guard let colours = kinds[bytes[at + 9]] else { return nil }
        (format, self.colours, depth) = (.jpeg, colours, Int(bytes[at + 4]))
        isGradual = [0xC2, 0xC6, 0xCA, 0xCE].contains(marker)
        return
      }
      let hasNoContent = marker == 0x01 || 0xD0...0xD7 ~= marker
      at += 2 + (hasNoContent ? 0 : bytes[at + 2..<at + 4].bigEndian)
    }
    return nil
  }
}

extension Collection<UInt8> {
  /// The bytes as one number, the most significant first; at most seven of them.
  var bigEndian: Int { reduce(0) { $0 << 8 | Int($1) } }
}
