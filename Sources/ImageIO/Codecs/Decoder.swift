import CImage

/// Decodes PNG and JPEG files from memory, told apart by their first bytes, whatever the file's name says.
///
/// Alpha is dropped, not blended, and gamma, profiles and EXIF orientation are ignored, as in Pillow's `open` and
/// `convert("RGB")`. Of 16-bit samples the high byte is kept. Grey and RGB convert as in `Picture.with(channels:)`.
package enum Decoder {
  package enum Format: String, Hashable, Sendable {
    case png = "PNG"
    case jpeg = "JPEG"
  }

  package static let largestSide = Int(CIMAGE_LARGEST_SIDE)
  package static let mostPixels = Int(CIMAGE_MOST_PIXELS)

  /// The picture in `bytes`, with 1 or 3 channels; `path` is what an error names.
  package static func picture(in bytes: [UInt8], channels: Int, path: String) throws(ImageError) -> Picture {
    precondition(channels == 1 || channels == 3, "grey or RGB")
    let format = try format(of: bytes, path: path)
    let (width, height) = try size(of: bytes, format, path: path)
    let decode = format == .png ? cimage_png_decode : cimage_jpeg_decode
    var reason: String?
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * channels) { pixels, count in
      // A row that the decoder never reached must not show old memory.
      pixels.initialize(repeating: 0)
      count = pixels.count
      reason = reasonOfFailure { decode(bytes, bytes.count, Int32(channels), pixels.baseAddress, $0, $1) }
    }
    if let reason { throw .damaged(path: path, format: format.rawValue, reason: reason) }
    return Picture(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// Width and height in pixels from the header, within the caps.
  package static func size(
    of bytes: [UInt8], _ format: Format, path: String
  ) throws(ImageError) -> (width: Int, height: Int) {
    var width: UInt32 = 0
    var height: UInt32 = 0
    // libpng only says that a limit is exceeded, not which size was found.
    if format == .png, let found = sizeInPNGHeader(bytes), !isWithinCaps(found.width, found.height) {
      throw .tooLarge(path: path, width: found.width, height: found.height)
    }
    let measure = format == .png ? cimage_png_size : cimage_jpeg_size
    let reason = reasonOfFailure { measure(bytes, bytes.count, &width, &height, $0, $1) }
    if let reason { throw .damaged(path: path, format: format.rawValue, reason: reason) }
    guard isWithinCaps(Int(width), Int(height)) else {
      throw .tooLarge(path: path, width: Int(width), height: Int(height))
    }
    return (Int(width), Int(height))
  }

  /// PNG or JPEG by the first bytes, or an error that says what else was found.
  package static func format(of bytes: [UInt8], path: String) throws(ImageError) -> Format {
    guard !bytes.isEmpty else { throw .empty(path: path) }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return .png }
    if bytes.starts(with: [0xFF, 0xD8]) { return .jpeg }
    throw .unknownFormat(path: path, found: Self.found(in: bytes))
  }

  private static func isWithinCaps(_ width: Int, _ height: Int) -> Bool {
    width <= largestSide && height <= largestSide && width * height <= mostPixels
  }

  private static func sizeInPNGHeader(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
    guard bytes.count >= 24, bytes[12..<16].elementsEqual("IHDR".utf8) else { return nil }
    // From 2³¹ on the number breaks the format, and libpng says so.
    let (width, height) = (bytes[16..<20].bigEndian, bytes[20..<24].bigEndian)
    return width < 1 << 31 && height < 1 << 31 ? (width, height) : nil
  }

  private static func found(in bytes: [UInt8]) -> String {
    let known: [(prefix: [UInt8], name: String)] = [
      (Array("GIF8".utf8), "a GIF picture"), (Array("BM".utf8), "a BMP picture"),
      (Array("II*\0".utf8), "a TIFF picture"), (Array("MM\0*".utf8), "a TIFF picture"),
      (Array("RIFF".utf8), "a RIFF file (WebP?)"), (Array("%PDF".utf8), "a PDF document"),
      ([0x1F, 0x8B], "gzip data"), (Array("PK".utf8), "a zip archive"), (Array("<".utf8), "HTML, SVG or XML text"),
      (Array("version https://git-lfs".utf8), "a Git LFS pointer, not the file itself"),
    ]
    if let kind = known.first(where: { bytes.starts(with: $0.prefix) }) { return kind.name }
    return "content that begins with bytes \(bytes.prefix(8).hexadecimal(separator: " "))"
  }
}
