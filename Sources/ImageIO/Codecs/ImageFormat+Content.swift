extension ImageFormat {
  /// Whether a file that begins with `bytes` has this format.
  private func begins(_ bytes: some Collection<UInt8>) -> Bool {
    func holds(_ text: String, at place: Int) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
    switch self {
    case .png: return bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
    case .jpeg: return bytes.starts(with: [0xFF, 0xD8])
    case .webp: return holds("RIFF", at: 0) && holds("WEBP", at: 8)
    case .tiff: return (holds("II*\0", at: 0) && !holds("CR", at: 8)) || holds("MM\0*", at: 0)
    case .bmp: return BMPHeader.begins(bytes)
    case .gif: return holds("GIF87a", at: 0) || holds("GIF89a", at: 0)
    case .heic: return HEIFBrands(bytes).map { $0.isHEIF && !$0.isAVIF } ?? false
    case .avif: return HEIFBrands(bytes)?.isAVIF ?? false
    }
  }

  /// The format of a file that begins with `bytes`; nil if it is none of these.
  package init?(of bytes: some Collection<UInt8>) {
    guard let format = Self.allCases.first(where: { $0.begins(bytes) }) else { return nil }
    self = format
  }
}

/// The brands of a file in boxes (ISO/IEC 14496-12, §4.3), which tell HEIC and AVIF from films.
struct HEIFBrands {
  /// The major brand first.
  private let brands: [String]

  /// Nil if the file does not begin with a box of brands.
  init?(_ bytes: some Collection<UInt8>) {
    let head = Array(bytes.prefix(256))
    guard head.count >= 16, head[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    let end = Swift.min(head[0..<4].bigEndian, head.count)
    let places = [8] + stride(from: 16, through: end - 4, by: 4)
    brands = places.map { String(decoding: head[$0..<$0 + 4], as: UTF8.self) }
  }

  var isAVIF: Bool { brands.contains { ["avif", "avis"].contains($0) } }

  /// HEVC's brands, and the general ones of images and their sequences.
  var isHEIF: Bool {
    brands.contains { ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].contains($0) }
  }

  var major: String { brands[0] }
}
