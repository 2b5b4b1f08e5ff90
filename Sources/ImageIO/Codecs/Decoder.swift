import CImage

/// Decodes image files from memory, recognized by their content, not by the file's name.
///
/// An image is turned by its EXIF orientation unless the reading says otherwise, as by Pillow's
/// `ImageOps.exif_transpose`; HEIC and AVIF, whose own transformations say the same, by those. Transparent pixels are
/// composited over the reading's background. Gamma and profiles are ignored, as in Pillow's `open` and
/// `convert("RGB")`. Of 16-bit samples the high byte is kept. Grey and RGB convert as in `Image.with(channels:)`. An
/// animation gives its first image.
package enum Decoder {
  /// Extensions of files that are read, compared without regard to case. The format is found from the content.
  package static let fileExtensions = Set<ImageFormat>.all.fileExtensions

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
    let format = try format(of: bytes, path: path, among: reading.formats)
    let stated = orientation(in: bytes, format)
    let orientation = reading.orientation == .exif ? stated : .upright
    var traits = ImageTraits(colours: ColourStatement.foreign(in: bytes, format))
    if stated != .upright { traits.insert(.turned) }
    let image: Image
    var reduction: Reduction?
    switch format {
    case .jpeg:
      let decoded = try JPEGDecoder.image(in: bytes, channels: channels, path: path) { width, height in
        orientation.swapsSides ? eighths(height, width) : eighths(width, height)
      }
      (image, reduction) = (decoded.image, decoded.reduction)
    case .png:
      let decoded = try PNGDecoder.image(in: bytes, channels: channels, path: path, over: reading.background)
      image = decoded.image
      if decoded.isTransparent { traits.insert(.transparent) }
    case .webp, .tiff, .bmp, .gif, .heic, .avif:
      let decoded = try samples(in: bytes, format, path: path).image(channels: channels, over: reading.background)
      image = decoded.image
      if decoded.isTransparent { traits.insert(.transparent) }
    }
    let whole = reduction ?? Reduction(width: image.width, height: image.height, eighths: Reduction.none)
    return SourceImage(
      image: image.turned(by: orientation), bytes: bytes, reduction: whole.turned(by: orientation), traits: traits)
  }

  private static func samples(
    in bytes: [UInt8], _ format: ImageFormat, path: String
  ) throws(ImageError) -> ImageSamples {
    switch format {
    case .webp: try WebPDecoder.samples(in: bytes, path: path)
    case .tiff: try ReaderDecoder(format, cimage_read_tiff).samples(in: bytes[...], path: path)
    case .bmp: try BMPDecoder.samples(in: bytes, path: path)
    case .gif: try ReaderDecoder(format, cimage_read_gif).samples(in: bytes[...], path: path)
    case .heic, .avif: try heif(bytes, format, path: path)
    case .png, .jpeg: preconditionFailure("they have decoders to channels")
    }
  }

  private static func heif(
    _ bytes: [UInt8], _ format: ImageFormat, path: String
  ) throws(ImageError) -> ImageSamples {
    try CodedFrames.check(bytes, format, path: path)
    return try ReaderDecoder(format, cimage_read_heif).samples(in: bytes[...], path: path)
  }

  static func checkCaps(width: Int, height: Int, path: String) throws(ImageError) {
    guard width <= Image.largestSide && height <= Image.largestSide && width * height <= Image.mostPixels else {
      throw .tooLarge(path: path, width: width, height: height)
    }
  }

  /// The format, by the first bytes; throws an error that describes other content.
  package static func format(
    of bytes: [UInt8], path: String, among formats: Set<ImageFormat> = .all
  ) throws(ImageError) -> ImageFormat {
    guard !bytes.isEmpty else { throw .empty(path: path) }
    guard let format = ImageFormat(of: bytes) else {
      throw .unknownFormat(path: path, found: OtherContent.name(of: bytes), expected: formats.spoken)
    }
    guard formats.contains(format) else {
      throw .unknownFormat(path: path, found: OtherContent.image(format.rawValue), expected: formats.spoken)
    }
    if let variant = OtherContent.variant(of: bytes, format) {
      throw .unsupported(path: path, found: variant.found, expected: variant.expected)
    }
    return format
  }
}
