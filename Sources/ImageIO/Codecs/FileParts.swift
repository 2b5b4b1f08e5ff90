/// The chunks of a PNG file in their order (PNG specification, §5.3), up to the first that is cut short. Checksums
/// are the decoder's.
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

/// The segments of a JPEG file before its first scan (ITU-T T.81, B.1.1), up to the first that is cut short. As in
/// libjpeg, bytes between segments are skipped, and a length below 2 is that of an empty segment.
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

/// The frame header of a JPEG file, which follows other segments (ITU-T T.81, B.2.2).
struct JPEGFrame {
  let marker: UInt8
  let content: ArraySlice<UInt8>

  init?(_ bytes: [UInt8]) {
    let isFrame = { (marker: UInt8) in
      (0xC0...0xCF ~= marker && ![0xC4, 0xC8, 0xCC].contains(marker)) || marker == 0xF7
    }
    guard let found = JPEGSegments(bytes).first(where: { isFrame($0.marker) }), found.content.count >= 6 else {
      return nil
    }
    (marker, content) = found
  }

  /// Of the lossless processes, or of JPEG-LS (ITU-T T.87).
  var isLossless: Bool { [0xC3, 0xC7, 0xCB, 0xCF, 0xF7].contains(marker) }

  var depth: Int { Int(content[content.startIndex]) }

  var components: UInt8 { content[content.startIndex + 5] }
}

/// The chunks of a WebP file or of a part of one ("WebP Container Specification"), up to the first that is cut short.
struct RIFFChunks: Sequence, IteratorProtocol {
  private let bytes: ArraySlice<UInt8>
  private var at: Int

  init(webp bytes: [UInt8]) { self.init(bytes.dropFirst(12)) }

  init(_ bytes: ArraySlice<UInt8>) { (self.bytes, at) = (bytes, bytes.startIndex) }

  mutating func next() -> (type: String, content: ArraySlice<UInt8>)? {
    guard at <= bytes.endIndex - 8 else { return nil }
    let (type, first, count) = (bytes[at..<at + 4], at + 8, bytes[at + 4..<at + 8].littleEndian)
    guard count <= bytes.endIndex - first else { return nil }
    // A byte of padding after an odd number.
    at = first + count + count % 2
    return (String(decoding: type, as: UTF8.self), bytes[first..<first + count])
  }
}

/// The boxes of a HEIC or AVIF file, or of the content of one of them (ISO/IEC 14496-12, §4.2), up to the first that
/// is cut short.
struct FileBoxes: Sequence, IteratorProtocol {
  private let bytes: ArraySlice<UInt8>
  private var at: Int

  init(_ bytes: ArraySlice<UInt8>) { (self.bytes, at) = (bytes, bytes.startIndex) }

  mutating func next() -> (type: String, content: ArraySlice<UInt8>)? {
    guard at <= bytes.endIndex - 8 else { return nil }
    let type = String(decoding: bytes[at + 4..<at + 8], as: UTF8.self)
    var (header, size) = (8, bytes[at..<at + 4].bigEndian)
    if size == 0 { size = bytes.endIndex - at }
    if size == 1 {
      // 64 bits, of which a file in memory needs less.
      guard at <= bytes.endIndex - 16, bytes[at + 8] == 0 else { return nil }
      (header, size) = (16, bytes[at + 9..<at + 16].bigEndian)
    }
    guard size >= header, size <= bytes.endIndex - at else { return nil }
    defer { at += size }
    return (type, bytes[at + header..<at + size])
  }

  /// The properties of a file's images, of all of them: the boxes in meta, iprp, ipco (ISO/IEC 23008-12, §9.3).
  static func properties(of bytes: [UInt8]) -> FileBoxes {
    func content(_ type: String, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
      FileBoxes(bytes).first { $0.type == type }?.content ?? []
    }
    // meta has a version and flags first.
    return FileBoxes(content("ipco", in: content("iprp", in: content("meta", in: bytes[...]).dropFirst(4))))
  }
}

extension Collection<UInt8> {
  /// The bytes as one number, the most significant first; at most seven of them.
  var bigEndian: Int { reduce(0) { $0 << 8 | Int($1) } }
}

extension BidirectionalCollection<UInt8> {
  /// The same with the least significant first.
  var littleEndian: Int { reversed().bigEndian }
}
