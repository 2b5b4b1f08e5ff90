/// Decodes BMP files: 1 to 32 bits, with palette, masks and run lengths (Microsoft, "Bitmap Compression"). Samples of
/// fewer than 8 bits are scaled as in Pillow, v·255 / most, rounded down.
enum BMPDecoder {
  static func samples(in bytes: [UInt8], path: String) throws(ImageError) -> ImageSamples {
    let header = try explained(path) { () throws(BMPHeader.Refusal) in try BMPHeader(reading: bytes) }
    try Decoder.checkCaps(width: header.width, height: header.height, path: path)
    let samples = try explained(path) { () throws(BMPHeader.Refusal) in try Self.samples(in: bytes, header) }
    return ImageSamples(
      width: header.width, height: header.height, channels: header.hasAlpha ? 4 : 3, samples: samples)
  }

  private static func samples(in bytes: [UInt8], _ header: BMPHeader) throws(BMPHeader.Refusal) -> [UInt8] {
    switch header.compression {
    case .runs4, .runs8: return try coloured(BMPRuns.indices(bytes, header), header)
    case .none, .masks, .masksWithAlpha:
      let last = header.pixels + header.rowBytes * (header.height - 1) + (header.width * header.bits + 7) / 8
      guard last <= bytes.count else {
        throw .damaged("the file ends too early, after \(bytes.count) of \(last) bytes")
      }
      return header.bits <= 8 ? try coloured(indices(bytes, header), header) : direct(bytes, header)
    }
  }

  private static func explained<Value>(
    _ path: String, _ read: () throws(BMPHeader.Refusal) -> Value
  ) throws(ImageError) -> Value {
    do throws(BMPHeader.Refusal) { return try read() } catch {
      switch error {
      case .damaged(let reason): throw .damaged(path: path, format: ImageFormat.bmp.rawValue, reason: reason)
      case .unsupported(let found):
        throw .unsupported(path: path, found: found, expected: "a kind of BMP that is read")
      }
    }
  }

  /// Offset of the row that is shown as row `y`.
  private static func row(_ y: Int, _ header: BMPHeader) -> Int {
    header.pixels + header.rowBytes * (header.isTopDown ? y : header.height - 1 - y)
  }

  /// Indices into the palette, packed from the high bits on.
  private static func indices(_ bytes: [UInt8], _ header: BMPHeader) -> [UInt8] {
    let (bits, most) = (header.bits, UInt8(1 << header.bits - 1))
    var indices: [UInt8] = []
    indices.reserveCapacity(header.width * header.height)
    for y in 0..<header.height {
      let first = row(y, header)
      for x in 0..<header.width {
        let bit = x * bits
        indices.append(bytes[first + bit >> 3] >> UInt8(8 - bits - bit & 7) & most)
      }
    }
    return indices
  }

  private static func coloured(_ indices: [UInt8], _ header: BMPHeader) throws(BMPHeader.Refusal) -> [UInt8] {
    let palette = header.palette
    if let place = indices.firstIndex(where: { $0 >= palette.count }) {
      throw .damaged(
        "palette index \(indices[place]) at column \(place % header.width), row \(place / header.width), "
          + "but the palette has \(palette.count) colours")
    }
    var samples: [UInt8] = []
    samples.reserveCapacity(indices.count * 3)
    for index in indices {
      let colour = palette[Int(index)]
      samples.append(colour.red)
      samples.append(colour.green)
      samples.append(colour.blue)
    }
    return samples
  }

  /// Pixels of 16, 24 or 32 bits, the least significant byte first.
  private static func direct(_ bytes: [UInt8], _ header: BMPHeader) -> [UInt8] {
    let (channels, size) = (header.hasAlpha ? 4 : 3, header.bits / 8)
    let parts = header.masks.prefix(channels).map(MaskedSample.init)
    return [UInt8](unsafeUninitializedCapacity: header.width * header.height * channels) { samples, count in
      bytes.withUnsafeBufferPointer { bytes in
        for y in 0..<header.height {
          var from = row(y, header)
          for x in 0..<header.width {
            let to = (y * header.width + x) * channels
            if header.bits == 24 {
              for channel in 0..<3 { samples[to + channel] = bytes[from + 2 - channel] }
            } else {
              var pixel = Int(bytes[from]) | Int(bytes[from + 1]) << 8
              if size == 4 { pixel |= Int(bytes[from + 2]) << 16 | Int(bytes[from + 3]) << 24 }
              for channel in 0..<channels { samples[to + channel] = parts[channel].value(in: pixel) }
            }
            from += size
          }
        }
      }
      count = samples.count
    }
  }
}

/// A sample of a pixel, as 8 bits.
private struct MaskedSample {
  private let shift: Int
  private let most: Int
  private let surplus: Int

  init(_ mask: Int) {
    let bits = mask.nonzeroBitCount
    shift = mask == 0 ? 0 : mask.trailingZeroBitCount
    most = 1 << bits - 1
    surplus = max(0, bits - 8)
  }

  func value(in pixel: Int) -> UInt8 {
    guard most > 0 else { return 0 }
    let value = pixel >> shift & most
    return UInt8(surplus > 0 ? value >> surplus : most == 255 ? value : value * 255 / most)
  }
}

/// The run lengths of BMP files of 4 and 8 bits.
enum BMPRuns {
  /// Indices into the palette of all pixels, the top row first; 0 where the runs leave a pixel out.
  static func indices(_ bytes: [UInt8], _ header: BMPHeader) throws(BMPHeader.Refusal) -> [UInt8] {
    var indices = [UInt8](repeating: 0, count: header.width * header.height)
    var (x, y, at) = (0, 0, header.pixels)
    func next() throws(BMPHeader.Refusal) -> Int {
      guard at < bytes.count else { throw .damaged("the file ends too early, after \(bytes.count) bytes") }
      at += 1
      return Int(bytes[at - 1])
    }
    /// What lies outside of the image is dropped.
    func put(_ index: Int) {
      if x < header.width {
        indices[(header.isTopDown ? y : header.height - 1 - y) * header.width + x] = UInt8(index)
      }
      x += 1
    }
    let isNibbles = header.bits == 4
    while y < header.height {
      // A file may end with its last pixel, without a mark.
      if at >= bytes.count, y == header.height - 1, x >= header.width { break }
      let (count, value) = (try next(), try next())
      if count > 0 {
        for place in 0..<count { put(!isNibbles ? value : place % 2 == 0 ? value >> 4 : value & 15) }
        continue
      }
      switch value {
      case 0: (x, y) = (0, y + 1)
      case 1: return indices
      case 2:
        let (right, up) = (try next(), try next())
        (x, y) = (x + right, y + up)
      default:
        let byteCount = isNibbles ? (value + 1) / 2 : value
        for place in 0..<byteCount {
          let byte = try next()
          if !isNibbles {
            put(byte)
          } else {
            put(byte >> 4)
            if 2 * place + 1 < value { put(byte & 15) }
          }
        }
        if byteCount % 2 == 1 { _ = try next() }
      }
    }
    return indices
  }
}
