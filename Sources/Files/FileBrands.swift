/// The brands of a file in boxes (ISO/IEC 14496-12, §4.3), which tell HEIC and AVIF from films.
package struct FileBrands {
  /// The major brand first.
  private let brands: [String]

  /// Nil if the file does not begin with a box of brands.
  package init?(_ bytes: some Collection<UInt8>) {
    let head = Array(bytes.prefix(256))
    guard head.count >= 16, head[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    let end = Swift.min(head[0..<4].reduce(0) { $0 << 8 | Int($1) }, head.count)
    let places = [8] + stride(from: 16, through: end - 4, by: 4)
    brands = places.map { String(decoding: head[$0..<$0 + 4], as: UTF8.self) }
  }

  /// AV1 Image File Format, §6.
  package var isAVIF: Bool { brands.contains { ["avif", "avis"].contains($0) } }

  /// HEVC's brands, and the general ones of images and their sequences (ISO/IEC 23008-12, annex B).
  package var isHEIF: Bool {
    brands.contains { ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].contains($0) }
  }

  package var major: String { brands[0] }
}
