/// PNG files put together by hand, with stored (uncompressed) deflate blocks, so that any field can be wrong.
struct PNGBytes {
  private(set) var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  mutating func chunk(_ type: String, _ content: [UInt8], breakingCRC: Bool = false) {
    let checked = Array(type.utf8) + content
    bytes += Self.number(UInt32(content.count)) + checked + Self.number(Self.crc(checked) ^ (breakingCRC ? 1 : 0))
  }

  /// - Parameter rows: each with its filter byte first.
  static func file(
    width: Int, height: Int, depth: UInt8, colour: UInt8, palette: [UInt8] = [], rows: [[UInt8]]
  ) -> [UInt8] {
    var png = PNGBytes()
    png.chunk("IHDR", number(UInt32(width)) + number(UInt32(height)) + [depth, colour, 0, 0, 0])
    if !palette.isEmpty { png.chunk("PLTE", palette) }
    png.chunk("IDAT", stored(rows.flatMap { $0 }))
    png.chunk("IEND", [])
    return png.bytes
  }

  /// A zlib stream of one stored block.
  static func stored(_ data: [UInt8]) -> [UInt8] {
    let count = UInt16(data.count)
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in data {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    let header: [UInt8] = [0x78, 0x01, 1]
    let counts = [count, ~count].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    return header + counts + data + number(b << 16 | a)
  }

  static func number(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    return ~crc
  }
}
