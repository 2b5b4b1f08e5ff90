import CImage

extension cimage_background {
  /// The colour to composite the PNG file in `bytes` over.
  init(_ background: Background, of bytes: [UInt8]) {
    switch background {
    case .ignore: self.init(composites: 0, rgb: (0, 0, 0))
    case .colour(let red, let green, let blue): self.init(composites: 1, rgb: (red, green, blue))
    case .file: self.init(composites: 1, rgb: Self.stated(in: bytes) ?? (255, 255, 255))
    }
  }

  /// The chunk bKGD (PNG specification, §11.3.5.1), by its high byte if samples have 16 bits; nil without a valid one before
  /// the pixels.
  private static func stated(in bytes: [UInt8]) -> (UInt8, UInt8, UInt8)? {
    guard let header = ImageHeader(bytes), header.format == .png else { return nil }
    var palette: ArraySlice<UInt8> = []
    for (type, content) in PNGChunks(bytes) {
      if type.elementsEqual("PLTE".utf8) { palette = content }
      if type.elementsEqual("IDAT".utf8) { return nil }
      guard type.elementsEqual("bKGD".utf8) else { continue }
      let levels = 1 << header.depth - 1
      /// A sample of the chunk, of two bytes, as 8 bits.
      func sample(_ place: Int) -> UInt8 {
        let value = content.dropFirst(2 * place).prefix(2).bigEndian & levels
        return header.depth == 16 ? UInt8(value >> 8) : UInt8(value * 255 / levels)
      }
      switch (header.colours, content.count) {
      case (.grey, 2), (.greyWithAlpha, 2): return (sample(0), sample(0), sample(0))
      case (.colour, 6), (.colourWithAlpha, 6): return (sample(0), sample(1), sample(2))
      case (.palette, 1):
        let colour = palette.dropFirst(3 * Int(content.first!)).prefix(3)
        guard colour.count == 3 else { return nil }
        return (colour[colour.startIndex], colour[colour.startIndex + 1], colour[colour.startIndex + 2])
      default: return nil
      }
    }
    return nil
  }
}
