import CImage

/// Encodes pictures as 8-bit PNG files, grey or RGB.
package enum PNGEncoder {
  /// The bytes of a PNG file of `picture`; `path` is what an error names.
  package static func bytes(of picture: Picture, path: String = "a picture") throws(ImageError) -> [UInt8] {
    var encoded: UnsafeMutablePointer<UInt8>?
    var count = 0
    let reason = reasonOfFailure {
      cimage_png_encode(
        picture.pixels, UInt32(picture.width), UInt32(picture.height), Int32(picture.channels), &encoded, &count, $0, $1
      ) == 0
    }
    if let reason { throw .encoding(path: path, reason: reason) }
    defer { cimage_free(encoded) }
    return [UInt8](UnsafeBufferPointer(start: encoded, count: count))
  }
}
