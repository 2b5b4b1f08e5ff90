import Files

/// Decodes PNG and JPEG files from memory, recognized by their first bytes, not by the file's name.
///
/// An image is turned by its EXIF orientation unless the reading says otherwise, as by Pillow's `ImageOps.exif_transpose`.
/// Transparent pixels are composited over the reading's background. Gamma and profiles are ignored, as in Pillow's `open`
/// and `convert("RGB")`. Of 16-bit samples the high byte is kept. Grey and RGB convert as in `Image.with(channels:)`.
package enum Decoder {
  package enum Format: String, Hashable, Sendable, CaseIterable {
    case png = "PNG"
    case jpeg = "JPEG"

    /// In lower case.
    fileprivate var fileExtensions: [String] {
      switch self {
      case .png: ["png"]
      case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
      }
    }

    /// The first bytes of a file.
    fileprivate var signature: [UInt8] {
      switch self {
      case .png: [0x89, 0x50, 0x4E, 0x47]
      case .jpeg: [0xFF, 0xD8]
      }
    }
  }

  /// Extensions of files that are read, compared without regard to case. The format is found from the content.
  package static let fileExtensions = Format.allCases.flatMap(\.fileExtensions)

  /// The image in `bytes`, with 1 or 3 channels; `path` is its name in errors.
  package static func image(
    in bytes: [UInt8], channels: Int, path: String, reading: ImageReading = .asShown
  ) throws(ImageError) -> Image {
    try sourceImage(in: bytes, channels: channels, path: path, reading: reading).image
  }

  /// The same with the file's bytes and traits.
  static func sourceImage(
    in bytes: [UInt8], channels: Int, path: String, reading: ImageReading
  ) throws(ImageError) -> SourceImage {
    try image(in: bytes, channels: channels, path: path, reading) { _, _ in Reduction.none }
  }

  /// The image in `bytes` with the transform's channels, a JPEG reduced as far as the transform allows.
  package static func image(
    in bytes: [UInt8], for transform: Transform, path: String
  ) throws(ImageError) -> SourceImage {
    try image(in: bytes, channels: transform.channels, path: path, transform.reading, eighths: transform.eighths)
  }

  /// The image in `bytes`; a JPEG is reduced to the eighths that `eighths` returns for the turned image's width and
  /// height.
  private static func image(
    in bytes: [UInt8], channels: Int, path: String, _ reading: ImageReading,
    eighths: (_ width: Int, _ height: Int) -> Int
  ) throws(ImageError) -> SourceImage {
    precondition(channels == 1 || channels == 3, "grey or RGB")
    let format = try format(of: bytes, path: path)
    let stated = orientation(in: bytes, format)
    let orientation = reading.orientation == .exif ? stated : .upright
    var traits: ImageTraits = []
    if stated != .upright { traits.insert(.turned) }
    let decoded: (image: Image, reduction: Reduction)
    switch format {
    case .png:
      let (image, isTransparent) = try PNGDecoder.image(
        in: bytes, channels: channels, path: path, over: reading.background)
      if isTransparent { traits.insert(.transparent) }
      decoded = (image, Reduction(width: image.width, height: image.height, eighths: Reduction.none))
    case .jpeg:
      decoded = try JPEGDecoder.image(in: bytes, channels: channels, path: path) { width, height in
        orientation.swapsSides ? eighths(height, width) : eighths(width, height)
      }
    }
    return SourceImage(
      image: decoded.image.turned(by: orientation), bytes: bytes,
      reduction: decoded.reduction.turned(by: orientation), traits: traits)
  }

  static func checkCaps(width: Int, height: Int, path: String) throws(ImageError) {
    guard width <= Image.largestSide && height <= Image.largestSide && width * height <= Image.mostPixels else {
      throw .tooLarge(path: path, width: width, height: height)
    }
  }

  /// The format, by the first bytes; throws an error that describes other content.
  package static func format(of bytes: [UInt8], path: String) throws(ImageError) -> Format {
    guard !bytes.isEmpty else { throw .empty(path: path) }
    if let format = Format.allCases.first(where: { bytes.starts(with: $0.signature) }) { return format }
    let names = Format.allCases.map(\.rawValue).joined(separator: " or ")
    throw .unknownFormat(path: path, found: Self.found(in: bytes), expected: names)
  }

  private static func found(in bytes: [UInt8]) -> String {
    let known: [(prefix: [UInt8], name: String)] = [
      (Array("GIF8".utf8), "a GIF image"), (Array("BM".utf8), "a BMP image"),
      (Array("II*\0".utf8), "a TIFF image"), (Array("MM\0*".utf8), "a TIFF image"),
      (Array("RIFF".utf8), "a RIFF file (WebP?)"), (Array("%PDF".utf8), "a PDF document"),
      ([0x1F, 0x8B], "gzip data"), (Array("PK".utf8), "a zip archive"), (Array("<".utf8), "HTML, SVG or XML text"),
      (Array("version https://git-lfs".utf8), "a Git LFS pointer, not the file itself"),
    ]
    if let kind = known.first(where: { bytes.starts(with: $0.prefix) }) { return kind.name }
    return "content that begins with bytes \(bytes.prefix(8).hexadecimal(separator: " "))"
  }
}
