import CImage

/// Decodes JPEG files, optionally to eighths of their size (libjpeg scales in the blocks' frequencies).
enum JPEGDecoder {
  static func image(
    in bytes: [UInt8], channels: Int, path: String, eighths: (_ width: Int, _ height: Int) -> Int
  ) throws(ImageError) -> (image: Image, reduction: Reduction) {
    try bytes.withUnsafeBufferPointer { bytes throws(ImageError) in
      var size: (width: UInt32, height: UInt32) = (0, 0)
      var opened: OpaquePointer?
      let reason = reasonOfFailure {
        opened = cimage_jpeg_open(bytes.baseAddress, bytes.count, &size.width, &size.height, $0, $1)
        return opened != nil
      }
      if let reason { throw damaged(path, reason) }
      defer { cimage_jpeg_close(opened) }
      let (width, height) = (Int(size.width), Int(size.height))
      try Decoder.checkCaps(width: width, height: height, path: path)

      let reduction = Reduction(width: width, height: height, eighths: eighths(width, height))
      let (scaledWidth, scaledHeight) = (reduction.side(width), reduction.side(height))
      let byteCount = scaledWidth * scaledHeight * channels
      var failure: String?
      let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { pixels, count in
        failure = reasonOfFailure {
          cimage_jpeg_decode(opened, Int32(channels), Int32(reduction.eighths), pixels.baseAddress, $0, $1) == 0
        }
        // Rows that the decoder never reached must not expose other memory.
        if failure == nil { count = byteCount }
      }
      if let failure { throw damaged(path, failure) }
      return (Image(width: scaledWidth, height: scaledHeight, channels: channels, pixels: pixels), reduction)
    }
  }

  private static func damaged(_ path: String, _ reason: String) -> ImageError {
    .damaged(path: path, format: ImageFormat.jpeg.rawValue, reason: reason)
  }
}
