/// The headers of a BMP file: BITMAPFILEHEADER, and one of those from BITMAPCOREHEADER to BITMAPV5HEADER (Microsoft,
/// "Bitmap Header Types"), or OS/2's second.
struct BMPHeader {
  enum Refusal: Error {
    case damaged(String)
    /// What was found instead of a kind that is read.
    case unsupported(String)
  }

  enum Compression: Int {
    case none = 0
    case runs8 = 1
    case runs4 = 2
    case masks = 3
    case masksWithAlpha = 6
  }

  let width: Int
  let height: Int
  /// Whether the first row is the top one.
  let isTopDown: Bool
  let bits: Int
  let compression: Compression
  /// Red, green, blue and alpha in a pixel of 16 or 32 bits.
  let masks: [Int]
  /// RGB; empty above 8 bits.
  let palette: [(red: UInt8, green: UInt8, blue: UInt8)]
  /// Offset of the pixels in the file.
  let pixels: Int

  private static let fileHeaderBytes = 14

  var hasAlpha: Bool { masks.count == 4 && masks[3] != 0 }
  /// Bits of a sample; of a palette, of an index.
  var depth: Int { bits <= 8 ? bits : masks.isEmpty ? 8 : Swift.min(8, masks[1].nonzeroBitCount) }
  /// Bytes of a row, of which the last may be padding.
  var rowBytes: Int { (width * bits + 31) / 32 * 4 }

  init?(_ bytes: [UInt8]) {
    do throws(Refusal) { self = try BMPHeader(reading: bytes) } catch { return nil }
  }

  init(reading bytes: [UInt8]) throws(Refusal) {
    func number(_ offset: Int, _ count: Int) throws(Refusal) -> Int {
      guard offset + count <= bytes.count else { throw .damaged("its header ends too early") }
      return bytes[offset..<offset + count].littleEndian
    }
    /// 32 bits with a sign.
    func signed(_ offset: Int) throws(Refusal) -> Int { Int(Int32(truncatingIfNeeded: try number(offset, 4))) }

    pixels = try number(10, 4)
    let size = try number(14, 4)
    let isCore = size == 12
    width = try isCore ? number(18, 2) : signed(18)
    let stated = try isCore ? number(20, 2) : signed(22)
    (height, isTopDown) = (abs(stated), stated < 0)
    bits = try number(isCore ? 24 : 28, 2)
    let code = try size >= 40 ? number(30, 4) : 0
    guard width > 0, height > 0 else { throw .damaged("its header says \(width)×\(stated) pixels") }
    guard let compression = Compression(rawValue: code), size != 64 || code < 3 else {
      throw .unsupported("a BMP image with compression \(code)")
    }
    self.compression = compression
    let allowed: [Int] =
      switch compression {
      case .none: [1, 2, 4, 8, 16, 24, 32]
      case .runs8: [8]
      case .runs4: [4]
      case .masks, .masksWithAlpha: [16, 32]
      }
    guard allowed.contains(bits) else { throw .damaged("\(bits) bits a pixel do not go with compression \(code)") }

    let hasMasks = [.masks, .masksWithAlpha].contains(compression)
    if hasMasks {
      let hasAlphaMask = compression == .masksWithAlpha || size >= 56
      var masks: [Int] = []
      for place in 0..<(hasAlphaMask ? 4 : 3) { masks.append(try number(54 + 4 * place, 4)) }
      guard masks.allSatisfy({ Self.isContiguous($0) }) else { throw .damaged("its masks have gaps") }
      self.masks = masks
    } else {
      masks = bits == 16 ? [0x7C00, 0x3E0, 0x1F] : bits == 32 ? [0xFF0000, 0xFF00, 0xFF] : []
    }

    var palette: [(red: UInt8, green: UInt8, blue: UInt8)] = []
    if bits <= 8 {
      let used = try size >= 40 ? number(46, 4) : 0
      let count = used == 0 || used > 1 << bits ? 1 << bits : used
      let (first, entry) = (Self.fileHeaderBytes + size, isCore ? 3 : 4)
      guard first + count * entry <= bytes.count else { throw .damaged("its palette ends too early") }
      for place in stride(from: first, to: first + count * entry, by: entry) {
        palette.append((bytes[place + 2], bytes[place + 1], bytes[place]))
      }
    }
    self.palette = palette
    guard pixels >= Self.fileHeaderBytes + size else { throw .damaged("its pixels begin inside its header") }
  }

  private static func isContiguous(_ mask: Int) -> Bool {
    mask == 0 || (mask >> mask.trailingZeroBitCount + 1).nonzeroBitCount == 1
  }
}
