import CImage

/// Decodes PNG files.
enum PNGDecoder {
  static func image(
    in bytes: [UInt8], channels: Int, path: String, over background: Background
  ) throws(ImageError) -> (image: Image, isTransparent: Bool) {
    let (width, height) = try size(of: bytes, path: path)
    let background = cimage_background(background, of: bytes)
    var isTransparent: Int32 = 0
    var reason: String?
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * channels) { pixels, count in
      reason = reasonOfFailure {
        cimage_png_decode(
          bytes, bytes.count, Int32(channels), background, pixels.baseAddress, &isTransparent, $0, $1) == 0
      }
      // Rows that the decoder never reached must not expose other memory.
      if reason == nil { count = pixels.count }
    }
    if let reason { throw .damaged(path: path, format: ImageFormat.png.rawValue, reason: reason) }
    return (Image(width: width, height: height, channels: channels, pixels: pixels), isTransparent != 0)
  }

  /// Width and height in pixels from the header, within the caps.
  private static func size(of bytes: [UInt8], path: String) throws(ImageError) -> (width: Int, height: Int) {
    // libpng reports only that a limit is exceeded, not the size.
    if let found = sizeInHeader(bytes) { try Decoder.checkCaps(width: found.width, height: found.height, path: path) }
    var width: UInt32 = 0
    var height: UInt32 = 0
    let reason = reasonOfFailure { cimage_png_size(bytes, bytes.count, &width, &height, $0, $1) == 0 }
    if let reason { throw .damaged(path: path, format: ImageFormat.png.rawValue, reason: reason) }
    try Decoder.checkCaps(width: Int(width), height: Int(height), path: path)
    return (Int(width), Int(height))
  }

  private static func sizeInHeader(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
    guard bytes.count >= 24, bytes[12..<16].elementsEqual("IHDR".utf8) else { return nil }
    // Numbers from 2³¹ on break the format; libpng reports them.
    let (width, height) = (bytes[16..<20].bigEndian, bytes[20..<24].bigEndian)
    return width < 1 << 31 && height < 1 << 31 ? (width, height) : nil
  }
}
