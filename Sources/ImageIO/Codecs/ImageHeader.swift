import Files

/// The format of the samples in an image file, from its header.
package struct ImageHeader: Hashable, Sendable, CustomStringConvertible {
  package enum Colours: String, Hashable, Sendable {
    case grey
    case greyWithAlpha = "grey with alpha"
    case colour
    case colourWithAlpha = "colour with alpha"
    case palette
    case fourColours = "four colours (CMYK)"
  }

  package let format: ImageFormat
  package let colours: Colours
  /// Bits of a sample; of a palette, of an index.
  package let depth: Int
  /// Progressive, interlaced or animated, in a word; else empty.
  package let manner: String

  package var description: String {
    "\(format.rawValue), \(colours.rawValue), \(quantity(depth, "bit"))"
      + (manner.isEmpty ? "" : ", \(manner)")
  }

  /// Nil if `bytes` have none of the formats, or break it.
  package init?(_ bytes: [UInt8]) {
    guard let format = ImageFormat(of: bytes) else { return nil }
    let found: (colours: Colours, depth: Int, manner: String)? =
      switch format {
      case .png: Self.png(bytes)
      case .jpeg: Self.jpeg(bytes)
      case .webp: Self.webp(bytes)
      case .tiff: Self.tiff(bytes)
      case .bmp:
        BMPHeader(bytes).map { ($0.hasAlpha ? .colourWithAlpha : $0.bits <= 8 ? .palette : .colour, $0.depth, "") }
      case .gif: bytes.count < 11 ? nil : (.palette, Int(bytes[10] & 7) + 1, "")
      case .heic, .avif: Self.heif(bytes)
      }
    guard let found else { return nil }
    self.format = format
    (colours, depth, manner) = found
  }

  /// IHDR, the first chunk (PNG specification, §11.2.1).
  private static func png(_ bytes: [UInt8]) -> (Colours, Int, String)? {
    let kinds: [UInt8: Colours] = [0: .grey, 2: .colour, 3: .palette, 4: .greyWithAlpha, 6: .colourWithAlpha]
    guard bytes.count >= 29, let colours = kinds[bytes[25]] else { return nil }
    return (colours, Int(bytes[24]), bytes[28] == 1 ? "interlaced" : "")
  }

  private static func jpeg(_ bytes: [UInt8]) -> (Colours, Int, String)? {
    let kinds: [UInt8: Colours] = [1: .grey, 3: .colour, 4: .fourColours]
    guard let frame = JPEGFrame(bytes), let colours = kinds[frame.components] else { return nil }
    return (colours, frame.depth, [0xC2, 0xC6, 0xCA, 0xCE].contains(frame.marker) ? "progressive" : "")
  }

  /// The flags of VP8X, or the bit for alpha in the header of lossless data ("WebP Lossless Bitstream", §3).
  private static func webp(_ bytes: [UInt8]) -> (Colours, Int, String)? {
    guard let (type, content) = RIFFChunks(webp: bytes).first(where: { _ in true }), let flags = content.first else {
      return nil
    }
    let hasAlpha =
      type == "VP8X" ? flags & 0x10 != 0 : type == "VP8L" && content.dropFirst(4).first.map { $0 & 0x10 != 0 } == true
    let manner = type == "VP8X" && flags & 0x02 != 0 ? "animated" : type == "VP8L" ? "lossless" : ""
    return (hasAlpha ? .colourWithAlpha : .colour, 8, manner)
  }

  private static func tiff(_ bytes: [UInt8]) -> (Colours, Int, String)? {
    guard let directory = TIFFDirectory(bytes[...]) else { return nil }
    let hasAlpha = directory.number(.extraSamples).map { [1, 2].contains($0.first) } ?? false
    let colours: Colours =
      switch directory.number(.photometric)?.first {
      case nil, 0, 1, 4: hasAlpha ? .greyWithAlpha : .grey
      case 3: .palette
      case 5: .fourColours
      default: hasAlpha ? .colourWithAlpha : .colour
      }
    return (colours, directory.number(.bitsPerSample)?.first ?? 1, "")
  }

  /// The number of bits by the property pixi (ISO/IEC 23008-12, §6.5.6), the alpha by an auxiliary image's type.
  private static func heif(_ bytes: [UInt8]) -> (Colours, Int, String)? {
    var (depth, hasAlpha) = (8, false)
    for (type, content) in FileBoxes.properties(of: bytes) {
      if type == "pixi", let bits = content.dropFirst(5).first { depth = Swift.max(depth, Int(bits)) }
      if type == "auxC" {
        let name = String(decoding: content.dropFirst(4).prefix { $0 != 0 }, as: UTF8.self)
        if name.hasSuffix(":alpha") || name.hasSuffix("hevc:2015:auxid:1") { hasAlpha = true }
      }
    }
    return (hasAlpha ? .colourWithAlpha : .colour, depth, "")
  }
}
