/// A mirrored image with other brightness and contrast, to the bit as Pillow's `ImageEnhance` makes it.
package struct ImageChange: Hashable, Sendable {
  package var isFlipped: Bool
  /// Factors; 1 changes nothing.
  package var brightness: Float
  package var contrast: Float
  package var isContrastFirst: Bool

  package init(isFlipped: Bool = false, brightness: Float = 1, contrast: Float = 1, isContrastFirst: Bool = false) {
    self.isFlipped = isFlipped
    self.brightness = brightness
    self.contrast = contrast
    self.isContrastFirst = isContrastFirst
  }

  /// Changes an image of `width` pixels a row and `channels` bytes a pixel, 1 or 3.
  package func apply(to pixels: UnsafeMutableBufferPointer<UInt8>, width: Int, channels: Int) {
    precondition(pixels.count % (width * channels) == 0 && (channels == 1 || channels == 3), "whole rows, grey or RGB")
    if isFlipped { Self.mirror(pixels, width: width, channels: channels) }
    if isContrastFirst { changeContrast(of: pixels, channels) }
    if brightness != 1 { Self.blend(pixels, with: 0, by: brightness) }
    if !isContrastFirst { changeContrast(of: pixels, channels) }
  }

  private func changeContrast(of pixels: UnsafeMutableBufferPointer<UInt8>, _ channels: Int) {
    if contrast != 1 { Self.blend(pixels, with: Self.greyMean(of: pixels, channels), by: contrast) }
  }

  private static func mirror(_ pixels: UnsafeMutableBufferPointer<UInt8>, width: Int, channels: Int) {
    for row in stride(from: 0, to: pixels.count, by: width * channels) {
      for left in 0..<width / 2 {
        for channel in 0..<channels {
          pixels.swapAt(row + left * channels + channel, row + (width - 1 - left) * channels + channel)
        }
      }
    }
  }

  /// The mean of the luma, rounded half up.
  private static func greyMean(of pixels: UnsafeMutableBufferPointer<UInt8>, _ channels: Int) -> UInt8 {
    var sum = 0
    for first in stride(from: 0, to: pixels.count, by: channels) {
      sum +=
        channels == 1
        ? Int(pixels[first])
        : Int(Image.luma(red: pixels[first], green: pixels[first + 1], blue: pixels[first + 2]))
    }
    return UInt8(Double(sum) / Double(pixels.count / channels) + 0.5)
  }

  /// Every byte b becomes base + factor · (b − base), cut off at 0 and 255 and truncated.
  private static func blend(_ pixels: UnsafeMutableBufferPointer<UInt8>, with base: UInt8, by factor: Float) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { table in
      for byte in 0..<256 {
        let value = Float(base) + factor * (Float(byte) - Float(base))
        table.initializeElement(at: byte, to: UInt8(min(max(value, 0), 255)))
      }
      for place in pixels.indices { pixels[place] = table[Int(pixels[place])] }
    }
  }
}
