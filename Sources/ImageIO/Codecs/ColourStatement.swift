import CImage

/// What a file says of the colours that its numbers mean.
enum ColourStatement {
  /// The largest part of a compressed profile that is read, in bytes.
  private static let largestProfile = 1 << 18

  /// Nil if they are sRGB's, or nothing is said.
  static func foreign(in bytes: [UInt8], _ format: ImageFormat) -> ForeignColours? {
    switch format {
    case .png: return png(bytes)
    case .jpeg: return profile(jpegProfile(bytes)[...])
    case .webp: return profile(RIFFChunks(webp: bytes).first { $0.type == "ICCP" }?.content)
    case .tiff: return profile(TIFFDirectory(bytes[...])?.bytes(.profile))
    case .bmp: return profile(bmpProfile(bytes))
    case .heic, .avif: return heif(bytes)
    case .gif: return nil
    }
  }

  private static func profile(_ bytes: ArraySlice<UInt8>?) -> ForeignColours? {
    bytes.flatMap { ICCProfile($0) }?.foreignColours
  }

  /// The first of cICP, iCCP, sRGB, and gAMA with cHRM that there is before the pixels (PNG specification, §4.3).
  private static func png(_ bytes: [UInt8]) -> ForeignColours? {
    var chunks: [String: ArraySlice<UInt8>] = [:]
    for (type, content) in PNGChunks(bytes) {
      if type.elementsEqual("IDAT".utf8) { break }
      let name = String(decoding: type, as: UTF8.self)
      if ["cICP", "iCCP", "sRGB", "gAMA", "cHRM"].contains(name), chunks[name] == nil { chunks[name] = content }
    }
    if let codes = chunks["cICP"].map(Array.init), codes.count == 4 {
      return ForeignColours(primaries: codes[0], transfer: codes[1])
    }
    if let content = chunks["iCCP"], let inflated = ICCProfile(inflated(content)[...]) {
      return inflated.foreignColours
    }
    guard chunks["sRGB"] == nil else { return nil }
    if let primaries = chunks["cHRM"], primaries.count == 32, !isSRGB(primaries) { return .other }
    guard let gamma = chunks["gAMA"], gamma.count == 4, gamma.bigEndian > 0 else { return nil }
    // 1 / 2.2 in 100,000ths; 0.45 is written, too.
    return abs(Double(gamma.bigEndian) - 100_000 / 2.2) < 1000 ? nil : .otherGamma
  }

  /// x and y of white, red, green and blue in 100,000ths (ITU-R BT.709).
  private static func isSRGB(_ primaries: ArraySlice<UInt8>) -> Bool {
    let published = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000]
    return published.indices.allSatisfy { place in
      abs(primaries.dropFirst(4 * place).prefix(4).bigEndian - published[place]) < 1000
    }
  }

  /// The beginning of the profile in a chunk iCCP: name, NUL, method, zlib's data.
  private static func inflated(_ content: ArraySlice<UInt8>) -> [UInt8] {
    let compressed = content.drop { $0 != 0 }.dropFirst(2)
    return [UInt8](unsafeUninitializedCapacity: largestProfile) { profile, count in
      count = compressed.withUnsafeBufferPointer {
        cimage_inflate($0.baseAddress, $0.count, profile.baseAddress, profile.count)
      }
    }
  }

  /// The parts of the profile in segments APP2, each with its number and their count (ICC.1:2022, B.4).
  private static func jpegProfile(_ bytes: [UInt8]) -> [UInt8] {
    let name = Array("ICC_PROFILE\0".utf8)
    let parts = JPEGSegments(bytes).filter { $0.marker == 0xE2 && $0.content.starts(with: name) }
      .map { $0.content.dropFirst(name.count) }.filter { $0.count > 2 }
    return parts.sorted { $0.first! < $1.first! }.flatMap { $0.dropFirst(2) }
  }

  /// The profile in a file with BITMAPV5HEADER that is marked as embedded ("MBED", in the header's byte order).
  private static func bmpProfile(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    guard bytes.count >= 138, bytes[14] == 124, bytes[70..<74].elementsEqual("DEBM".utf8) else { return nil }
    return bytes.dropFirst(14 + bytes[126..<130].littleEndian).prefix(bytes[130..<134].littleEndian)
  }

  /// The first profile among the properties of the images, else the first code points (ISO/IEC 14496-12, §12.1.5).
  private static func heif(_ bytes: [UInt8]) -> ForeignColours? {
    let statements = FileBoxes.properties(of: bytes).filter { $0.type == "colr" }.map(\.content)
    func first(_ types: [String]) -> ArraySlice<UInt8>? {
      statements.first { types.contains(String(decoding: $0.prefix(4), as: UTF8.self)) }?.dropFirst(4)
    }
    if let bytes = first(["prof", "rICC"]), let profile = ICCProfile(bytes) { return profile.foreignColours }
    guard let codes = first(["nclx"]).map(Array.init), codes.count >= 6, codes[0] == 0, codes[2] == 0 else {
      return nil
    }
    return ForeignColours(primaries: codes[1], transfer: codes[3])
  }
}
