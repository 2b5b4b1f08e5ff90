/// A GIF file taken apart by its specification (GIF89a), with a decoder of its own; one that breaks it is nil.
struct GIFFile {
  struct Frame {
    /// RGB pixels.
    var pixels: [UInt8]
    var hundredths: Int
  }

  let width: Int
  let height: Int
  private(set) var frames: [Frame] = []
  /// How often it plays; 0 is without end, nil once.
  private(set) var loops: Int?

  init?(_ bytes: [UInt8]) {
    guard bytes.count > 13, bytes.starts(with: "GIF89a".utf8) else { return nil }
    func word(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
    (width, height) = (word(6), word(8))
    guard bytes[10] & 0x80 == 0 else { return nil }  // no colours for all images
    var at = 13
    var hundredths = 0
    func subBlocks() -> [UInt8]? {
      var data: [UInt8] = []
      while at < bytes.count {
        let count = Int(bytes[at])
        at += 1
        if count == 0 { return data }
        guard at + count <= bytes.count else { return nil }
        data += bytes[at..<at + count]
        at += count
      }
      return nil
    }
    while at + 1 < bytes.count {
      switch bytes[at] {
      case 0x21:
        let label = bytes[at + 1]
        at += 2
        guard let data = subBlocks() else { return nil }
        if label == 0xF9 { hundredths = Int(data[1]) | Int(data[2]) << 8 }
        if label == 0xFF, data.starts(with: "NETSCAPE2.0".utf8) { loops = Int(data[12]) | Int(data[13]) << 8 }
      case 0x2C:
        guard at + 10 < bytes.count, word(at + 5) == width, word(at + 7) == height, bytes[at + 9] & 0xC0 == 0x80
        else { return nil }
        let colours = 2 << Int(bytes[at + 9] & 7)
        let palette = at + 10
        at = palette + 3 * colours
        guard at < bytes.count else { return nil }
        let codeSize = Int(bytes[at])
        at += 1
        guard let data = subBlocks(), let indices = Self.decompressed(data, codeSize, count: width * height)
        else { return nil }
        let pixels = indices.flatMap { bytes[palette + 3 * Int($0)..<palette + 3 * Int($0) + 3] }
        frames.append(Frame(pixels: pixels, hundredths: hundredths))
      default: return nil
      }
    }
    guard at + 1 == bytes.count, bytes[at] == 0x3B else { return nil }
  }

  /// The indices behind GIF's variable-length LZW codes (its specification's appendix F).
  private static func decompressed(_ data: [UInt8], _ codeSize: Int, count: Int) -> [UInt8]? {
    let (clear, end) = (1 << codeSize, (1 << codeSize) + 1)
    var table: [[UInt8]] = []
    var (width, bit) = (codeSize + 1, 0)
    var last: [UInt8] = []
    var indices: [UInt8] = []
    while bit + width <= data.count * 8 {
      var code = 0
      for i in 0..<width where data[(bit + i) / 8] >> UInt8((bit + i) % 8) & 1 == 1 { code |= 1 << i }
      bit += width
      if code == clear {
        table = (0..<clear).map { [UInt8($0)] } + [[], []]
        (width, last) = (codeSize + 1, [])
      } else if code == end {
        return indices.count == count ? indices : nil
      } else {
        guard code <= table.count, code < table.count || !last.isEmpty else { return nil }
        let string = code < table.count ? table[code] : last + [last[0]]
        indices += string
        if !last.isEmpty, table.count < 4096 { table.append(last + [string[0]]) }
        if table.count == 1 << width, width < 12 { width += 1 }
        last = string
      }
    }
    return nil
  }
}
