/// One image in the cache's file: checksum (8 bytes, little-endian), content hash (32), traits (1), transformed
/// pixels.
///
/// The checksum covers all the rest and the image's index, and is never 0. So a record that was never written, is half
/// written, or lies in the wrong place is not valid.
struct CacheRecord {
  static let checksumCount = 8
  static let headerCount = checksumCount + ContentHash.byteCount + 1

  var bytes: [UInt8]

  init(pixelCount: Int) {
    bytes = [UInt8](repeating: 0, count: Self.headerCount + pixelCount)
  }

  var pixels: ArraySlice<UInt8> { bytes[Self.headerCount...] }

  var content: ImageContent {
    ImageContent(
      hash: ContentHash(Array(bytes[Self.checksumCount..<Self.headerCount - 1])),
      traits: ImageTraits(rawValue: bytes[Self.headerCount - 1]))
  }

  func isValid(at index: SourceIndex) -> Bool {
    let stored = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    return stored == checksum(at: index)
  }

  mutating func fill(_ content: ImageContent, _ pixels: UnsafeBufferPointer<UInt8>, at index: SourceIndex) {
    bytes.replaceSubrange(Self.checksumCount..<Self.headerCount, with: content.hash.bytes + [content.traits.rawValue])
    bytes.replaceSubrange(Self.headerCount..., with: pixels)
    let checksum = checksum(at: index)
    for i in 0..<8 { bytes[i] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt64(i))) }
  }

  /// Every step is a bijection of the state for a given word, so that a change within any one word always shows.
  private func checksum(at index: SourceIndex) -> UInt64 {
    var state = UInt64(index.number) &+ 0x9E37_79B9_7F4A_7C15
    func mix(_ word: UInt64) {
      state = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
      state ^= state >> 32
    }
    bytes.withUnsafeBytes { bytes in
      var position = Self.checksumCount
      while position + 8 <= bytes.count {
        mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
        position += 8
      }
      var rest = UInt64(bytes.count - position)
      for byte in bytes[position...] { rest = rest << 8 | UInt64(byte) }
      mix(rest)
    }
    return state == 0 ? 1 : state
  }
}
