import CImage

/// Decodes WebP files; of an animated one the first frame on its canvas, which is transparent beside it.
enum WebPDecoder {
  static func samples(in bytes: [UInt8], path: String) throws(ImageError) -> ImageSamples {
    let reader = ReaderDecoder(.webp, cimage_read_webp)
    // libwebp reads an image whose metadata are cut short.
    let stated = bytes.count < 8 ? 0 : bytes[4..<8].littleEndian + 8
    guard bytes.count >= Swift.max(stated, 16) else {
      throw damaged(path, "the file ends too early, after \(bytes.count) of \(stated) bytes")
    }
    guard let (type, header) = RIFFChunks(webp: bytes).first(where: { _ in true }), type == "VP8X", header.count >= 10,
      header.first! & 0x02 != 0
    else { return try reader.samples(in: bytes[...], path: path) }

    let canvas = (width: Self.number(header, 4) + 1, height: Self.number(header, 7) + 1)
    try Decoder.checkCaps(width: canvas.width, height: canvas.height, path: path)
    guard let frame = RIFFChunks(webp: bytes).first(where: { $0.type == "ANMF" })?.content, frame.count > 16 else {
      throw damaged(path, "it has no frame")
    }
    let (left, top) = (2 * Self.number(frame, 0), 2 * Self.number(frame, 3))
    let samples = try reader.samples(in: frame.dropFirst(16), path: path)
    guard left + samples.width <= canvas.width, top + samples.height <= canvas.height else {
      throw damaged(path, "its first frame does not lie on the canvas")
    }
    return samples.placed(on: canvas, left: left, top: top)
  }

  /// The number of three bytes at an offset.
  private static func number(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> Int {
    bytes.dropFirst(offset).prefix(3).littleEndian
  }

  private static func damaged(_ path: String, _ reason: String) -> ImageError {
    .damaged(path: path, format: ImageFormat.webp.rawValue, reason: reason)
  }
}
