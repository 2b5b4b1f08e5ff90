/// Images over time as a GIF file of bounded length and size.
///
/// Shows at most `mostFrames` images unless told otherwise, evenly spaced, including the first and the last. Images with a
/// side above `largestSide` are scaled down by a whole number. All of it lasts about ten seconds, and the last image
/// stays for two. Sixty grids of 64 images of 64 pixels are 20 MB.
package struct Animation: Sendable {
  package static let mostFrames = 60
  package static let largestSide = 640
  private static let lastHundredths = 200

  /// The indices of the images that are shown.
  package let frames: [Int]

  package init(images: Int, atMost most: Int = mostFrames) {
    let shown = min(images, most)
    frames = (0..<shown).map { shown == 1 ? 0 : ($0 * (images - 1) + (shown - 1) / 2) / (shown - 1) }
  }

  /// The GIF file of the images that `image` returns for `frames`, one at a time.
  ///
  /// - Parameter image: of the last one's size; nil leaves a frame out.
  /// - Returns: the file and its number of frames; nil without any frame.
  package func bytes(_ image: (Int) throws -> Image?) throws -> (bytes: [UInt8], frames: Int)? {
    var encoder: GIFEncoder?
    var waiting: Image?
    var count = 0
    for frame in frames {
      guard let next = try image(frame) else { continue }
      let scaled = next.reduced(by: (max(next.width, next.height) + Self.largestSide - 1) / Self.largestSide)
      if encoder == nil { encoder = try GIFEncoder(width: scaled.width, height: scaled.height) }
      if let waiting { try encoder?.add(waiting, hundredths: hundredths) }
      waiting = scaled
      count += 1
    }
    guard let encoder, let waiting else { return nil }
    try encoder.add(waiting, hundredths: Self.lastHundredths)
    return (try encoder.finish(), count)
  }

  /// Between a tenth of a second, below which browsers wait longer than asked, and half of one.
  package var hundredths: Int { min(50, max(10, 1000 / max(1, frames.count))) }
}

extension Image {
  /// Each side divided by `factor`, rounded up; a pixel is the rounded mean of those that it covers.
  package func reduced(by factor: Int) -> Image {
    precondition(factor > 0, "a whole number of pixels")
    guard factor > 1 else { return self }
    var reduced = Image(
      width: (width + factor - 1) / factor, height: (height + factor - 1) / factor, channels: channels)
    for y in 0..<reduced.height {
      let rows = y * factor..<min((y + 1) * factor, height)
      for x in 0..<reduced.width {
        let columns = x * factor..<min((x + 1) * factor, width)
        let count = rows.count * columns.count
        for channel in 0..<channels {
          var sum = count / 2
          for row in rows {
            for column in columns { sum += Int(pixels[(row * width + column) * channels + channel]) }
          }
          reduced.pixels[(y * reduced.width + x) * channels + channel] = UInt8(sum / count)
        }
      }
    }
    return reduced
  }
}
