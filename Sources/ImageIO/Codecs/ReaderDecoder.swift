import CImage

/// Decodes a format by a reader of CImage.
struct ReaderDecoder {
  typealias Open = (
    UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<cimage_layout>?, UnsafeMutablePointer<Int32>?,
    UnsafeMutablePointer<CChar>?, Int
  ) -> OpaquePointer?

  private let format: ImageFormat
  private let open: Open

  init(_ format: ImageFormat, _ open: @escaping Open) { (self.format, self.open) = (format, open) }

  func samples(in bytes: ArraySlice<UInt8>, path: String) throws(ImageError) -> ImageSamples {
    try bytes.withUnsafeBufferPointer { bytes throws(ImageError) in
      var layout = cimage_layout()
      var kind: Int32 = 0
      var opened: OpaquePointer?
      let reason = reasonOfFailure {
        opened = open(bytes.baseAddress, bytes.count, &layout, &kind, $0, $1)
        return opened != nil
      }
      if let reason { throw error(kind, reason, path) }
      defer { cimage_reader_close(opened) }
      let (width, height, channels) = (Int(layout.width), Int(layout.height), Int(layout.channels))
      try Decoder.checkCaps(width: width, height: height, path: path)
      var failure: String?
      let samples = [UInt8](unsafeUninitializedCapacity: width * height * channels) { samples, count in
        failure = reasonOfFailure {
          kind = cimage_reader_decode(opened, samples.baseAddress, $0, $1)
          return kind == 0
        }
        // Rows that the decoder never reached must not expose other memory.
        if failure == nil { count = width * height * channels }
      }
      if let failure { throw error(kind, failure, path) }
      return ImageSamples(width: width, height: height, channels: channels, samples: samples)
    }
  }

  private func error(_ kind: Int32, _ reason: String, _ path: String) -> ImageError {
    let reason = reason.escapingControls()
    switch Int(kind) {
    case CIMAGE_NO_LIBRARY:
      return .noLibrary(path: path, format: format, reason: reason)
    case CIMAGE_UNSUPPORTED:
      return .unsupported(path: path, found: reason, expected: "a kind of \(format.rawValue) that is read")
    default:
      return .damaged(path: path, format: format.rawValue, reason: reason)
    }
  }
}
