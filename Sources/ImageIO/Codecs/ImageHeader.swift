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

  /// The frame header, which follows other segments (ITU-T T.81, B.2.2).
  private init?(jpeg bytes: [UInt8]) {
    guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
    let isFrame = { (marker: UInt8) in 0xC0...0xCF ~= marker && ![0xC4, 0xC8, 0xCC].contains(marker) }
    guard let (marker, frame) = JPEGSegments(bytes).first(where: { isFrame($0.marker) }), frame.count >= 6 else {
      return nil
    }
    let kinds: [UInt8: Colours] = [1: .grey, 3: .colour, 4: .fourColours]
    guard let colours = kinds[frame[frame.startIndex + 5]] else { return nil }
    (format, self.colours, depth) = (.jpeg, colours, Int(frame[frame.startIndex]))
    isGradual = [0xC2, 0xC6, 0xCA, 0xCE].contains(marker)
  }
}
