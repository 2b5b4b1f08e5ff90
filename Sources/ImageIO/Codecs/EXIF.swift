/// The first directory (IFD0) of TIFF data: of a TIFF file, or of EXIF, which is a TIFF file of its own (TIFF 6.0,
/// section 2; CIPA DC-008, §4.6).
///
/// It is read once and within the data: no other offset is followed than those of this directory and of its values.
struct TIFFDirectory {
  enum Tag: Int {
    case bitsPerSample = 258
    case photometric = 262
    case orientation = 274
    case samplesPerPixel = 277
    case extraSamples = 338
    case profile = 34675
  }

  private static let entryBytes = 12
  private let data: ArraySlice<UInt8>
  private let isLittleEndian: Bool
  private let directory: Int
  private let entryCount: Int

  /// Nil if `data` is not TIFF or is cut short before the directory.
  init?(_ data: ArraySlice<UInt8>) {
    self.data = data
    switch data.prefix(4) {
    case [0x49, 0x49, 0x2A, 0x00]: isLittleEndian = true
    case [0x4D, 0x4D, 0x00, 0x2A]: isLittleEndian = false
    default: return nil
    }
    guard let directory = Self.number(data, isLittleEndian, at: 4, bytes: 4),
      let entryCount = Self.number(data, isLittleEndian, at: directory, bytes: 2)
    else { return nil }
    (self.directory, self.entryCount) = (directory, entryCount)
  }

  /// The first value of the first entry of a tag and the number of its values; a SHORT, or the LONG that some
  /// programs write.
  func number(_ tag: Tag) -> (first: Int, count: Int)? {
    guard let entry = entry(tag), let count = number(at: entry + 4, bytes: 4), count > 0 else { return nil }
    let size: Int
    switch number(at: entry + 2, bytes: 2) {
    case 3: size = 2
    case 4: size = 4
    default: return nil
    }
    let fits = count <= 4 / size
    guard let place = fits ? entry + 8 : number(at: entry + 8, bytes: 4) else { return nil }
    return number(at: place, bytes: size).map { ($0, count) }
  }

  /// The bytes of the first entry of a tag; of type BYTE or UNDEFINED.
  func bytes(_ tag: Tag) -> ArraySlice<UInt8>? {
    guard let entry = entry(tag), let type = number(at: entry + 2, bytes: 2), type == 1 || type == 7,
      let count = number(at: entry + 4, bytes: 4), count > 4, let first = number(at: entry + 8, bytes: 4),
      count <= data.count, first <= data.count - count
    else { return nil }
    return data[data.startIndex + first..<data.startIndex + first + count]
  }

  private func entry(_ tag: Tag) -> Int? {
    for place in 0..<entryCount {
      let entry = directory + 2 + place * Self.entryBytes
      guard entry <= data.count - Self.entryBytes else { return nil }
      if number(at: entry, bytes: 2) == tag.rawValue { return entry }
    }
    return nil
  }

  private func number(at offset: Int, bytes count: Int) -> Int? {
    Self.number(data, isLittleEndian, at: offset, bytes: count)
  }

  /// The number of `count` bytes, at most 4, at an offset in the data.
  private static func number(_ data: ArraySlice<UInt8>, _ isLittleEndian: Bool, at offset: Int, bytes count: Int)
    -> Int?
  {
    guard offset <= data.count - count else { return nil }
    let bytes = data[data.startIndex + offset..<data.startIndex + offset + count]
    return isLittleEndian ? bytes.reversed().bigEndian : bytes.bigEndian
  }
}

/// The orientation in EXIF data.
enum EXIF {
  /// Upright if `data` is not EXIF, is cut short before the entry, or has no valid orientation.
  static func orientation(in data: ArraySlice<UInt8>) -> Orientation {
    guard let number = TIFFDirectory(data)?.number(.orientation), number.count == 1 else { return .upright }
    return Orientation(exif: number.first) ?? .upright
  }
}

extension Decoder {
  /// The orientation that a file states: in PNG's chunk eXIf, JPEG's first segment APP1 of EXIF, WebP's chunk EXIF,
  /// TIFF's own directory. Upright for HEIC and AVIF, which their decoder turns: by their standard EXIF does not
  /// count there.
  static func orientation(in bytes: [UInt8], _ format: ImageFormat) -> Orientation {
    let name = Array("Exif\0\0".utf8)
    let exif: ArraySlice<UInt8>?
    switch format {
    case .png: exif = PNGChunks(bytes).first { $0.type.elementsEqual("eXIf".utf8) }?.content
    case .jpeg:
      exif = JPEGSegments(bytes).first { $0.marker == 0xE1 && $0.content.starts(with: name) }?.content
        .dropFirst(name.count)
    case .webp:
      // Some programs write JPEG's name before it.
      exif = RIFFChunks(webp: bytes).first { $0.type == "EXIF" }
        .map { $0.content.starts(with: name) ? $0.content.dropFirst(name.count) : $0.content }
    case .tiff: exif = bytes[...]
    case .bmp, .gif, .heic, .avif: exif = nil
    }
    return exif.map(EXIF.orientation) ?? .upright
  }
}
