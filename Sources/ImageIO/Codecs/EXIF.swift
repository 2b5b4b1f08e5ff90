/// The orientation in EXIF data, which is a TIFF file of its own (CIPA DC-008, §4.6; TIFF 6.0, section 2).
///
/// Only the first directory (IFD0) is read, once and within the data: no other offset is followed.
enum EXIF {
  private static let orientationTag = 0x0112
  private static let entryBytes = 12

  /// Upright if `data` is not EXIF, is cut short before the entry, or has no valid orientation.
  static func orientation(in data: ArraySlice<UInt8>) -> Orientation {
    number(in: data).flatMap(Orientation.init(exif:)) ?? .upright
  }

  /// The number of the first entry of this tag; a SHORT, or the LONG that some programs write.
  private static func number(in data: ArraySlice<UInt8>) -> Int? {
    let isLittleEndian: Bool
    switch data.prefix(4) {
    case [0x49, 0x49, 0x2A, 0x00]: isLittleEndian = true
    case [0x4D, 0x4D, 0x00, 0x2A]: isLittleEndian = false
    default: return nil
    }
    /// The number of `count` bytes, at most 4, at an offset in the data.
    func number(at offset: Int, bytes count: Int) -> Int? {
      guard offset <= data.count - count else { return nil }
      let bytes = data[data.startIndex + offset..<data.startIndex + offset + count]
      return isLittleEndian ? bytes.reversed().bigEndian : bytes.bigEndian
    }
    guard let directory = number(at: 4, bytes: 4), let entries = number(at: directory, bytes: 2) else { return nil }
    for place in 0..<entries {
      let entry = directory + 2 + place * entryBytes
      guard entry <= data.count - entryBytes else { return nil }
      guard number(at: entry, bytes: 2) == orientationTag else { continue }
      guard number(at: entry + 4, bytes: 4) == 1 else { return nil }
      switch number(at: entry + 2, bytes: 2) {
      case 3: return number(at: entry + 8, bytes: 2)
      case 4: return number(at: entry + 8, bytes: 4)
      default: return nil
      }
    }
    return nil
  }
}

extension Decoder {
  /// The EXIF orientation of a PNG file (its chunk eXIf) or a JPEG file (its first segment APP1 of EXIF).
  static func orientation(in bytes: [UInt8], _ format: Format) -> Orientation {
    switch format {
    case .png:
      let chunk = PNGChunks(bytes).first { $0.type.elementsEqual("eXIf".utf8) }
      return chunk.map { EXIF.orientation(in: $0.content) } ?? .upright
    case .jpeg:
      let name = Array("Exif\0\0".utf8)
      let segment = JPEGSegments(bytes).first { $0.marker == 0xE1 && $0.content.starts(with: name) }
      return segment.map { EXIF.orientation(in: $0.content.dropFirst(name.count)) } ?? .upright
    }
  }
}
