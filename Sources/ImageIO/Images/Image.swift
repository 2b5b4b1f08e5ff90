import CImage

/// A decoded image: 8-bit pixels, `height` × `width` × `channels`, channels last, 1 (grey) or 3 (RGB).
package struct Image: Hashable, Sendable {
  /// The largest image that is read, in pixels.
  package static let largestSide = Int(CIMAGE_LARGEST_SIDE)
  package static let mostPixels = Int(CIMAGE_MOST_PIXELS)

  package let width: Int
  package let height: Int
  package let channels: Int
  package var pixels: [UInt8]

  package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && (channels == 1 || channels == 3), "an image has pixels, grey or RGB")
    precondition(pixels.count == width * height * channels, "one byte a pixel and channel")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// An image of one value everywhere.
  package init(width: Int, height: Int, channels: Int, filledWith value: UInt8 = 0) {
    self.init(
      width: width, height: height, channels: channels,
      pixels: [UInt8](repeating: value, count: width * height * channels))
  }

  /// The same image with 3 channels, or with 1: grey is repeated, RGB becomes its ITU-R 601 luma as in Pillow.
  package func with(channels wanted: Int) -> Image {
    guard wanted != channels else { return self }
    var converted = Image(width: width, height: height, channels: wanted)
    for i in 0..<width * height {
      if wanted == 3 {
        for channel in 0..<3 { converted.pixels[3 * i + channel] = pixels[i] }
      } else {
        converted.pixels[i] = Self.luma(red: pixels[3 * i], green: pixels[3 * i + 1], blue: pixels[3 * i + 2])
      }
    }
    return converted
  }

  /// ITU-R 601, rounded as in Pillow.
  static func luma(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
    let sum: Int = Int(red) * 19595 + Int(green) * 38470 + Int(blue) * 7471
    return UInt8((sum + 0x8000) >> 16)
  }
}
