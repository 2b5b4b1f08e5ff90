import CImage

/// Encodes images of one size as an animated GIF file, in memory, that plays without end.
package final class GIFEncoder {
  package static let largestSide = 65535

  private let width: Int
  private let height: Int
  private let gif: OpaquePointer

  package init(width: Int, height: Int) throws(ImageError) {
    precondition((1...Self.largestSide).contains(width) && (1...Self.largestSide).contains(height), "a GIF's sides")
    var opened: OpaquePointer?
    let reason = reasonOfFailure {
      opened = cimage_gif_open(UInt32(width), UInt32(height), $0, $1)
      return opened != nil
    }
    guard reason == nil, let opened else { throw Self.failed(reason) }
    (self.width, self.height, gif) = (width, height, opened)
  }

  deinit { cimage_gif_close(gif) }

  /// Adds an image, shown for `hundredths` of a second. Grey is kept exactly; of RGB the 256 best colours of this
  /// image, without dithering.
  package func add(_ image: Image, hundredths: Int) throws(ImageError) {
    precondition(image.width == width && image.height == height, "images of one size")
    precondition((0...0xFFFF).contains(hundredths), "a GIF's delay has 16 bits")
    var indices = image.pixels
    var palette = (0..<256).flatMap { [UInt8](repeating: UInt8($0), count: 3) }
    if image.channels == 3 {
      let cut = MedianCut(of: image.pixels)
      (indices, palette) = (cut.indices(of: image.pixels), cut.palette)
    }
    let reason = reasonOfFailure { cimage_gif_add(gif, &indices, palette, Int32(hundredths), $0, $1) == 0 }
    if let reason { throw Self.failed(reason) }
  }

  /// The bytes of the file; nothing can be added after it.
  package func finish() throws(ImageError) -> [UInt8] {
    var encoded: UnsafeMutablePointer<UInt8>?
    var count = 0
    let reason = reasonOfFailure { cimage_gif_finish(gif, &encoded, &count, $0, $1) == 0 }
    if let reason { throw Self.failed(reason) }
    defer { cimage_free(encoded) }
    return [UInt8](UnsafeBufferPointer(start: encoded, count: count))
  }

  private static func failed(_ reason: String?) -> ImageError {
    .encoding(path: "an animation", reason: reason ?? "no reason given")
  }
}
