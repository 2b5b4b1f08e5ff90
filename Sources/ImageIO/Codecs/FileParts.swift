/// The chunks of a PNG file in their order (PNG specification, §5.3), up to the first that is cut short. Checksums are the
/// decoder's.
struct PNGChunks: Sequence, IteratorProtocol {
  private let bytes: [UInt8]
  private var at = 8

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> (type: ArraySlice<UInt8>, content: ArraySlice<UInt8>)? {
    guard at + 12 <= bytes.count else { return nil }
    let (type, first, count) = (bytes[at + 4..<at + 8], at + 8, bytes[at..<at + 4].bigEndian)
    guard count <= bytes.count - first - 4 else { return nil }
    at = first + count + 4
    return (type, bytes[first..<first + count])
  }
}

/// The segments of a JPEG file before its first scan (ITU-T T.81, B.1.1), up to the first that is cut short. As in libjpeg,
/// bytes between segments are skipped, and a length below 2 is that of an empty segment.
struct JPEGSegments: Sequence, IteratorProtocol {
  private let bytes: [UInt8]
  private var at = 2

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> (marker: UInt8, content: ArraySlice<UInt8>)? {
    while at + 4 <= bytes.count {
      let marker = bytes[at + 1]
      guard bytes[at] == 0xFF, marker != 0, marker != 0xFF else {
        at += 1
        continue
      }
      let hasNoContent = marker == 0x01 || 0xD0...0xD7 ~= marker
      if hasNoContent {
        at += 2
        continue
      }
      let length = bytes[at + 2..<at + 4].bigEndian
      let (first, count) = (at + 4, length < 2 ? 0 : length - 2)
      guard marker != 0xDA, marker != 0xD9, count <= bytes.count - first else { return nil }
      at = first + count
      return (marker, bytes[first..<at])
    }
    return nil
  }
}

extension Collection<UInt8> {
  /// The bytes as one number, the most significant first; at most seven of them.
  var bigEndian: Int { reduce(0) { $0 << 8 | Int($1) } }
}
