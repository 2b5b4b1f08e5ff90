/// A colour profile (ICC.1:2022), of which only the colours of its primaries and the shape of a curve are read.
struct ICCProfile {
  private let bytes: ArraySlice<UInt8>

  /// Nil if the bytes are no profile.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count >= 132, bytes.dropFirst(36).prefix(4).elementsEqual("acsp".utf8) else { return nil }
    self.bytes = bytes
  }

  /// The colours of the numbers; nil for sRGB.
  var foreignColours: ForeignColours? {
    switch String(decoding: field(16, 4), as: UTF8.self) {
    case "RGB ": return foreignRGB
    case "GRAY": return curve("kTRC") == .likeSRGB ? nil : .grey
    case "CMYK": return .fourColours
    default: return .other
    }
  }

  private var foreignRGB: ForeignColours? {
    guard let primaries = primaries else {
      // A profile of tables alone.
      return description.contains("sRGB") ? nil : .other
    }
    func isNear(_ published: [Double]) -> Bool { zip(primaries, published).allSatisfy { abs($0 - $1) < 0.01 } }
    guard isNear(Self.sRGB) else { return Self.published.first { isNear($0.primaries) }?.colours ?? .other }
    return curve("gTRC") == .likeSRGB ? nil : .otherGamma
  }

  /// X, Y and Z of red, green and blue under D50, the profiles' white, as the published profiles have them. They
  /// differ in their last digits by the adaptation to D50; no two of these spaces are nearer than 0.06 in each
  /// number.
  private static let sRGB = [0.4361, 0.2225, 0.0139, 0.3851, 0.7169, 0.0971, 0.1431, 0.0606, 0.7141]
  private static let published: [(colours: ForeignColours, primaries: [Double])] = [
    (.displayP3, [0.5151, 0.2412, -0.0011, 0.2920, 0.6922, 0.0419, 0.1571, 0.0666, 0.7841]),
    (.adobeRGB, [0.6097, 0.3111, 0.0195, 0.2053, 0.6257, 0.0609, 0.1492, 0.0632, 0.7446]),
    (.proPhoto, [0.7977, 0.2880, 0.0000, 0.1352, 0.7119, 0.0000, 0.0313, 0.0001, 0.8249]),
    (.rec2020, [0.6734, 0.2790, -0.0019, 0.1656, 0.6753, 0.0300, 0.1251, 0.0456, 0.7970]),
  ]

  private var primaries: [Double]? {
    var numbers: [Double] = []
    for name in ["rXYZ", "gXYZ", "bXYZ"] {
      guard let tag = tag(name), tag.count >= 20 else { return nil }
      for place in [8, 12, 16] { numbers.append(Self.fixed(tag.dropFirst(place))) }
    }
    return numbers
  }

  private enum Curve { case likeSRGB, other }

  /// Whether a curve is near sRGB's: a gamma from 1.94, or a table whose middle is as dark. Display gammas of 2.2 and
  /// 2.4 and video's function are; 1.0 and 1.8 are not.
  private func curve(_ name: String) -> Curve {
    guard let tag = tag(name), tag.count >= 12 else { return .other }
    let gammas = 1.94...2.45
    if tag.starts(with: "para".utf8) {
      return gammas.contains(Self.fixed(tag.dropFirst(12))) ? .likeSRGB : .other
    }
    let count = tag.dropFirst(8).prefix(4).bigEndian
    func entry(_ place: Int) -> Double? {
      let bytes = tag.dropFirst(12).dropFirst(2 * place).prefix(2)
      return bytes.count == 2 ? Double(bytes.bigEndian) : nil
    }
    if count == 1 { return entry(0).map { gammas.contains($0 / 256) } == true ? .likeSRGB : .other }
    guard count > 1, let middle = entry((count - 1) / 2) else { return .other }
    return (0.18...0.265).contains(middle / 65535) ? .likeSRGB : .other
  }

  /// In ASCII (version 2) or UTF-16 (version 4), of which the ASCII is left.
  private var description: String {
    String(decoding: (tag("desc") ?? []).prefix(200).filter { 32..<127 ~= $0 }, as: UTF8.self)
  }

  private func tag(_ name: String) -> ArraySlice<UInt8>? {
    for place in 0..<min(field(128, 4).bigEndian, 100) {
      let entry = field(132 + 12 * place, 12)
      guard entry.count == 12 else { return nil }
      guard entry.prefix(4).elementsEqual(name.utf8) else { continue }
      return field(entry.dropFirst(4).prefix(4).bigEndian, entry.dropFirst(8).bigEndian)
    }
    return nil
  }

  private func field(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> { bytes.dropFirst(offset).prefix(count) }

  /// s15Fixed16Number, big-endian; 0 where it is cut short.
  private static func fixed(_ bytes: ArraySlice<UInt8>) -> Double {
    let four = bytes.prefix(4)
    return four.count < 4 ? 0 : Double(Int32(truncatingIfNeeded: four.bigEndian)) / 65536
  }
}
