import CImage

/// Encodes images as 8-bit PNG files, grey or RGB.
package enum PNGEncoder {
  /// The bytes of a PNG file of `image`; `path` is its name in errors.
  package static func bytes(of image: Image, path: String = "an image") throws(ImageError) -> [UInt8] {
    var encoded: UnsafeMutablePointer<UInt8>?
    var count = 0
    let reason = reasonOfFailure {
      cimage_png_encode(
        image.pixels, UInt32(image.width), UInt32(image.height), Int32(image.channels), &encoded, &count, $0, $1
      ) == 0
    }
    if let reason { throw .encoding(path: path, reason: reason) }
    defer { cimage_free(encoded) }
    return [UInt8](UnsafeBufferPointer(start: encoded, count: count))
  }
}
