import Foundation

/// Small images as PNG files with stored (uncompressed) blocks, written byte by byte.
enum DrawnImages {
  /// An image, 32 pixels high, in colours that depend on `number`.
  static func png(_ number: Int, width: Int = 36) -> [UInt8] {
    let height = 32
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)
      for x in 0..<width { rows += [number * 37 + x * 5, number * 11 + y * 7, x * y + number].map { UInt8($0 & 255) } }
    }
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    return signature + chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0])
      + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let checked = Array(type.utf8) + content
    var crc = ~UInt32(0)
    for byte in checked {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    return bigEndian(content.count) + checked + bigEndian(Int(~crc))
  }

  /// RFC 1950 and 1951, one stored block.
  private static func zlib(_ data: [UInt8]) -> [UInt8] {
    var (a, b) = (1, 0)
    for byte in data {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
    }
    let count = [UInt8(data.count & 255), UInt8(data.count >> 8)]
    return [0x78, 0x01, 1] + count + count.map { ~$0 } + data + bigEndian(b << 16 | a)
  }

  private static func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
}

extension Workplace {
  /// A folder of drawn images and a configuration that trains on them.
  static func withImages(_ count: Int = 20) throws -> Workplace {
    let place = try Workplace(
      configuration.replacingOccurrences(
        of: "source: synthetic, synthetic: {count: 48}", with: "source: folder, path: drawn"))
    for number in 0..<count { try place.write(DrawnImages.png(number), imageName(number)) }
    return place
  }

  static func imageName(_ number: Int) -> String { "drawn/\(number + 100).png" }
}
