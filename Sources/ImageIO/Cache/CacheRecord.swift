/// One image in the cache's file: checksum (8 bytes, little-endian), content hash (32), traits (1), stamps (4 · 8,
/// little-endian), transformed pixels.
///
/// The checksum covers all the rest and the image's index, and is never 0. So a record that was never written, is half
/// written, or lies in the wrong place is not valid.
struct CacheRecord {
  static let checksumCount = 8
  private static let traitsPlace = checksumCount + ContentHash.byteCount
  private static let stampsPlace = traitsPlace + 1
  /// The stamps under which the content has been found, the newest first: hosts that share a cache have their own.
  private static let stampCount = 4
  static let headerCount = stampsPlace + 8 * stampCount

  var bytes: [UInt8]

  init(pixelCount: Int) {
    bytes = [UInt8](repeating: 0, count: Self.headerCount + pixelCount)
  }

  var pixels: ArraySlice<UInt8> { bytes[Self.headerCount...] }

  var content: ImageContent {
    ImageContent(
      hash: ContentHash(Array(bytes[Self.checksumCount..<Self.traitsPlace])),
      traits: ImageTraits(rawValue: bytes[Self.traitsPlace]))
  }

  func isValid(at index: SourceIndex) -> Bool { word(at: 0) == checksum(at: index) }

  /// Whether the content has been found in a file of this stamp.
  func knows(_ stamp: FileStamp) -> Bool {
    (0..<Self.stampCount).contains { word(at: Self.stampsPlace + 8 * $0) == stamp.value }
  }

  mutating func fill(
    _ content: ImageContent, _ pixels: UnsafeBufferPointer<UInt8>, _ stamp: FileStamp?, at index: SourceIndex
  ) {
    bytes.replaceSubrange(Self.checksumCount..<Self.stampsPlace, with: content.hash.bytes + [content.traits.rawValue])
    bytes.replaceSubrange(Self.headerCount..., with: pixels)
    for place in 0..<Self.stampCount { put(place == 0 ? stamp?.value ?? 0 : 0, at: Self.stampsPlace + 8 * place) }
    put(checksum(at: index), at: 0)
  }

  /// Adds a stamp in place of the oldest.
  mutating func add(_ stamp: FileStamp, at index: SourceIndex) {
    for place in (1..<Self.stampCount).reversed() {
      put(word(at: Self.stampsPlace + 8 * (place - 1)), at: Self.stampsPlace + 8 * place)
    }
    put(stamp.value, at: Self.stampsPlace)
    put(checksum(at: index), at: 0)
  }

  private func word(at place: Int) -> UInt64 {
    (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) }
  }

  private mutating func put(_ word: UInt64, at place: Int) {
    for i in 0..<8 { bytes[place + i] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(i))) }
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
