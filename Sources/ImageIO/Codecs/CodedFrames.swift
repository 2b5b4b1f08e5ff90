/// The sizes of the coded frames in a HEIC or AVIF file, which may be other than the sizes that the file states of
/// its images: the decoders of both allocate by them.
///
/// Found are HEVC's sequence parameter sets and AV1's sequence headers, in the decoders' configurations (hvcC, av1C)
/// and among the data of the items. What does not parse is passed over: the decoders refuse it.
enum CodedFrames {
  typealias Size = (width: Int, height: Int)

  /// Throws if a frame is larger than the caps, or the items share so much of the file that reading each takes too
  /// long.
  static func check(_ bytes: [UInt8], _ format: ImageFormat, path: String) throws(ImageError) {
    guard let items = HEIFItems.data(in: bytes) else {
      throw .damaged(path: path, format: format.rawValue, reason: "its items are together larger than the file")
    }
    var sizes: [Size] = []
    var lengths: Set<Int> = []
    var hasAV1 = false
    for (type, content) in FileBoxes.properties(of: bytes) {
      if type == "hvcC" {
        sizes += parameterSets(inConfiguration: content)
        lengths.insert(Int(content.dropFirst(21).first ?? 3) & 3 + 1)
      }
      if type == "av1C" {
        sizes += sequenceHeaders(in: content.dropFirst(4))
        hasAV1 = true
      }
    }
    for item in items {
      for length in lengths { sizes += parameterSets(in: item, lengthBytes: length) }
      if hasAV1 { sizes += sequenceHeaders(in: item) }
    }
    for size in sizes { try Decoder.checkCaps(width: size.width, height: size.height, path: path) }
  }

  // MARK: HEVC

  private static let sequenceParameterSet: UInt8 = 33

  /// The arrays of NAL units in hvcC (ISO/IEC 14496-15, §8.3.2).
  private static func parameterSets(inConfiguration content: ArraySlice<UInt8>) -> [Size] {
    var rest = content.dropFirst(23)
    var sizes: [Size] = []
    for _ in 0..<(content.dropFirst(22).first ?? 0) {
      let count = rest.dropFirst().prefix(2).bigEndian
      rest = rest.dropFirst(3)
      for _ in 0..<count {
        let length = rest.prefix(2).bigEndian
        guard length > 0, rest.count >= length + 2 else { return sizes }
        sizes += size(ofUnit: rest.dropFirst(2).prefix(length))
        rest = rest.dropFirst(2 + length)
      }
    }
    return sizes
  }

  /// NAL units that follow their lengths.
  private static func parameterSets(in item: ArraySlice<UInt8>, lengthBytes: Int) -> [Size] {
    var rest = item
    var sizes: [Size] = []
    while rest.count > lengthBytes {
      let length = rest.prefix(lengthBytes).bigEndian
      guard length > 0, length <= rest.count - lengthBytes else { return sizes }
      sizes += size(ofUnit: rest.dropFirst(lengthBytes).prefix(length))
      rest = rest.dropFirst(lengthBytes + length)
    }
    return sizes
  }

  /// The size in a sequence parameter set (ITU-T H.265, §7.3.2.2); none in another unit.
  private static func size(ofUnit unit: ArraySlice<UInt8>) -> [Size] {
    guard let first = unit.first, first >> 1 & 63 == sequenceParameterSet else { return [] }
    var reader = BitReader(withoutEmulation(unit.dropFirst(2).prefix(200)))
    reader.skip(4)
    let layers = reader.bits(3)
    reader.skip(1 + 96)
    let present = (0..<layers).map { _ in (profile: reader.flag(), level: reader.flag()) }
    if layers > 0 { reader.skip(2 * (8 - layers)) }
    for layer in present { reader.skip((layer.profile ? 88 : 0) + (layer.level ? 8 : 0)) }
    guard reader.exponential() != nil, let chroma = reader.exponential() else { return [] }
    if chroma == 3 { reader.skip(1) }
    guard let width = reader.exponential(), let height = reader.exponential() else { return [] }
    return [(width, height)]
  }

  /// Without the byte 3 behind two zeros (§7.4.2).
  private static func withoutEmulation(_ unit: ArraySlice<UInt8>) -> [UInt8] {
    var zeros = 0
    return unit.filter { byte in
      defer { zeros = byte == 0 ? zeros + 1 : 0 }
      return !(zeros >= 2 && byte == 3)
    }
  }

  // MARK: AV1

  /// Open bitstream units (AV1, §5.3.1), up to one without a size.
  private static func sequenceHeaders(in units: ArraySlice<UInt8>) -> [Size] {
    var rest = units
    var sizes: [Size] = []
    while let header = rest.first {
      let (type, hasExtension, hasSize) = (header >> 3 & 15, header & 4 != 0, header & 2 != 0)
      rest = rest.dropFirst(hasExtension ? 2 : 1)
      var length = rest.count
      if hasSize {
        guard let stated = number(&rest), stated <= rest.count else { return sizes }
        length = stated
      }
      if type == 1 { sizes += size(ofHeader: rest.prefix(length)) }
      rest = rest.dropFirst(length)
    }
    return sizes
  }

  /// leb128() of AV1, §4.10.5, of at most four bytes.
  private static func number(_ bytes: inout ArraySlice<UInt8>) -> Int? {
    var value = 0
    for place in 0..<4 {
      guard let byte = bytes.popFirst() else { return nil }
      value |= Int(byte & 127) << (7 * place)
      if byte & 128 == 0 { return value }
    }
    return nil
  }

  /// The largest size that a sequence header (AV1, §5.5.1) allows its frames: where a frame may override the size,
  /// any that its number of bits allows, less two, since encoders take the least number.
  private static func size(ofHeader header: ArraySlice<UInt8>) -> [Size] {
    var reader = BitReader(header.prefix(400))
    reader.skip(4)
    let isReduced = reader.flag()
    if isReduced {
      reader.skip(5)
    } else {
      guard skipOperatingPoints(&reader) else { return [] }
    }
    let (widthBits, heightBits) = (reader.bits(4) + 1, reader.bits(4) + 1)
    let (width, height) = (reader.bits(widthBits) + 1, reader.bits(heightBits) + 1)
    let isDoubtful = !isReduced && widthBits + heightBits > 29
    return [isDoubtful ? (1 << widthBits, 1 << heightBits) : (width, height)]
  }

  private static func skipOperatingPoints(_ reader: inout BitReader) -> Bool {
    var delayBits = 0
    if reader.flag() {
      reader.skip(64)
      if reader.flag(), reader.exponential() == nil { return false }
      if reader.flag() {
        delayBits = reader.bits(5) + 1
        reader.skip(42)
      }
    }
    let hasDisplayDelay = reader.flag()
    for _ in 0...reader.bits(5) {
      reader.skip(12)
      if reader.bits(5) > 7 { reader.skip(1) }
      if delayBits > 0, reader.flag() { reader.skip(2 * delayBits + 1) }
      if hasDisplayDelay, reader.flag() { reader.skip(4) }
    }
    return true
  }
}

/// The data of the items in a HEIC or AVIF file.
enum HEIFItems {
  /// Of each item its extents in the file or in the box idat (ISO/IEC 14496-12, §8.11.3), one slice each; nil if they
  /// are together larger than twice the file, which no program writes.
  static func data(in bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
    guard let meta = FileBoxes(bytes[...]).first(where: { $0.type == "meta" })?.content.dropFirst(4),
      let content = FileBoxes(meta).first(where: { $0.type == "iloc" })?.content, content.count >= 8
    else { return [] }
    let inside = FileBoxes(meta).first { $0.type == "idat" }?.content ?? []
    let version = content.first!
    let sizes = content.dropFirst(4).prefix(2).bigEndian
    let (offsetBytes, lengthBytes, baseBytes) = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15)
    let indexBytes = version == 0 ? 0 : sizes & 15
    guard [offsetBytes, lengthBytes, baseBytes, indexBytes].allSatisfy({ [0, 4, 8].contains($0) }) else { return [] }
    var rest = content.dropFirst(6)
    /// Of 64 bits the lower 56: a file in memory is smaller.
    func number(_ count: Int) -> Int {
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count).suffix(7).bigEndian
    }
    var data: [ArraySlice<UInt8>] = []
    var total = 0
    for _ in 0..<number(version < 2 ? 2 : 4) {
      _ = number(version < 2 ? 2 : 4)
      let isInside = version > 0 && number(2) & 15 == 1
      _ = number(2)
      let base = number(baseBytes)
      for _ in 0..<number(2) {
        guard !rest.isEmpty else { return data }
        _ = number(indexBytes)
        let (offset, length) = (base + number(offsetBytes), number(lengthBytes))
        let place = isInside ? inside : bytes[...]
        guard offset < place.count else { continue }
        data.append(length == 0 ? place.dropFirst(offset) : place.dropFirst(offset).prefix(length))
        total += data.last!.count
        guard total <= 2 * bytes.count else { return nil }
      }
      guard !rest.isEmpty else { return data }
    }
    return data
  }
}
