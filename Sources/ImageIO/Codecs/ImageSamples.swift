import CImage

/// A decoded image before its transparency is composited: 8-bit samples, `height` × `width` × `channels`, 1 (grey), 3
/// (RGB) or 4 (RGB and alpha, not multiplied).
struct ImageSamples {
  let width: Int
  let height: Int
  let channels: Int
  var samples: [UInt8]

  /// The image with 1 or 3 channels, and whether any pixel is not opaque.
  func image(channels wanted: Int, over background: Background) -> (image: Image, isTransparent: Bool) {
    if channels == wanted {
      return (Image(width: width, height: height, channels: channels, pixels: samples), false)
    }
    var isTransparent: Int32 = 0
    let count = width * height
    let pixels = [UInt8](unsafeUninitializedCapacity: count * wanted) { pixels, written in
      cimage_flatten(
        samples, Int32(channels), count, cimage_background(background, of: []), pixels.baseAddress, Int32(wanted),
        &isTransparent)
      written = pixels.count
    }
    return (Image(width: width, height: height, channels: wanted, pixels: pixels), isTransparent != 0)
  }

  /// These samples on a transparent canvas, in which they lie whole, `left` and `top` pixels from its corner.
  func placed(on canvas: (width: Int, height: Int), left: Int, top: Int) -> ImageSamples {
    precondition(
      left >= 0 && top >= 0 && left + width <= canvas.width && top + height <= canvas.height, "on the canvas")
    var placed = ImageSamples(
      width: canvas.width, height: canvas.height, channels: 4,
      samples: [UInt8](repeating: 0, count: canvas.width * canvas.height * 4))
    for y in 0..<height {
      for x in 0..<width {
        let (from, to) = ((y * width + x) * channels, ((top + y) * canvas.width + left + x) * 4)
        for channel in 0..<3 { placed.samples[to + channel] = samples[from + (channels == 1 ? 0 : channel)] }
        placed.samples[to + 3] = channels == 4 ? samples[from + 3] : 255
      }
    }
    return placed
  }
}
