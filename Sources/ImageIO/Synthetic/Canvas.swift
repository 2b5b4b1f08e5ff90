/// A rectangle in units of 1/1024 of the image's side, right and bottom excluded.
struct Box {
  var left: Int
  var top: Int
  var right: Int
  var bottom: Int

  init(_ left: Int, _ top: Int, _ right: Int, _ bottom: Int) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  var width: Int { right - left }
  var height: Int { bottom - top }
  var centre: Int { (left + right) / 2 }

  func inset(_ horizontal: Int, _ vertical: Int) -> Box {
    Box(left + horizontal, top + vertical, right - horizontal, bottom - vertical)
  }

  func outset(_ by: Int) -> Box { inset(-by, -by) }
}

/// A square RGB raster, finer than the image it is averaged to. Integer arithmetic only: the same bytes on every CPU.
struct Canvas {
  /// Pixels of a side.
  let side: Int
  private var pixels: [UInt8]

  init(side: Int) {
    self.side = side
    pixels = [UInt8](repeating: 0, count: side * side * 3)
  }

  private func pixel(_ unit: Int) -> Int { min(max((unit * side) >> 10, 0), side) }

  private mutating func set(_ x: Int, _ y: Int, _ colour: Colour) {
    let at = (y * side + x) * 3
    pixels[at] = UInt8(truncatingIfNeeded: colour.red)
    pixels[at + 1] = UInt8(truncatingIfNeeded: colour.green)
    pixels[at + 2] = UInt8(truncatingIfNeeded: colour.blue)
  }

  mutating func fill(_ box: Box, _ colour: Colour) {
    for y in pixel(box.top)..<max(pixel(box.top), pixel(box.bottom)) {
      for x in pixel(box.left)..<max(pixel(box.left), pixel(box.right)) { set(x, y, colour) }
    }
  }

  /// From `top` to `bottom` colour, downwards.
  mutating func fill(_ box: Box, from top: Colour, to bottom: Colour) {
    let (first, end) = (pixel(box.top), pixel(box.bottom))
    for y in first..<max(first, end) {
      let colour = top.mixed(with: bottom, (y - first) * 256 / max(end - first, 1))
      for x in pixel(box.left)..<max(pixel(box.left), pixel(box.right)) { set(x, y, colour) }
    }
  }

  /// Blends `part`/256 of a colour over the present one.
  mutating func blend(_ box: Box, _ colour: Colour, _ part: Int) {
    for y in pixel(box.top)..<max(pixel(box.top), pixel(box.bottom)) {
      for x in pixel(box.left)..<max(pixel(box.left), pixel(box.right)) { blend(x, y, colour, part) }
    }
  }

  private mutating func blend(_ x: Int, _ y: Int, _ colour: Colour, _ part: Int) {
    let at = (y * side + x) * 3
    let old = Colour(Int(pixels[at]), Int(pixels[at + 1]), Int(pixels[at + 2]))
    set(x, y, old.mixed(with: colour, part))
  }

  /// The trapezoid between a level edge at `top` and one at `bottom`; equal ends make a triangle.
  mutating func fillTrapezoid(
    top: Int, _ topLeft: Int, _ topRight: Int, bottom: Int, _ bottomLeft: Int, _ bottomRight: Int, _ colour: Colour
  ) {
    let (first, end) = (pixel(top), pixel(bottom))
    for y in first..<max(first, end) {
      let part = (2 * (y - first) + 1) * 512 / max(end - first, 1)
      let left = pixel(topLeft + (bottomLeft - topLeft) * part / 1024)
      let right = pixel(topRight + (bottomRight - topRight) * part / 1024)
      for x in left..<max(left, right) { set(x, y, colour) }
    }
  }

  /// The ellipse in `box`, its upper half or all of it, blended by `part`/256.
  mutating func fillEllipse(_ box: Box, upperHalf: Bool = false, _ colour: Colour, _ part: Int = 256) {
    let (left, right) = (pixel(box.left), pixel(box.right))
    let (top, bottom) = (pixel(box.top), pixel(box.bottom))
    let (width, height) = (right - left, bottom - top)
    guard width > 0 && height > 0 else { return }
    for y in top..<(upperHalf ? (top + bottom + 1) / 2 : bottom) {
      let v = (2 * (y - top) + 1 - height) * width
      for x in left..<right {
        let u = (2 * (x - left) + 1 - width) * height
        if u * u + v * v <= width * width * height * height { blend(x, y, colour, part) }
      }
    }
  }

  /// Lightens and darkens the content of `box` in cells of the given size, offset by half a cell in every second row,
  /// with a joint of `joint` units between them: bricks, stones, tiles.
  mutating func lay(_ box: Box, cell: (width: Int, height: Int), joint: Int, _ jointColour: Colour, _ key: UInt32) {
    for y in pixel(box.top)..<max(pixel(box.top), pixel(box.bottom)) {
      let v = (y << 10) / side - box.top
      let row = v / cell.height
      for x in pixel(box.left)..<max(pixel(box.left), pixel(box.right)) {
        let u = (x << 10) / side - box.left + (row & 1) * cell.width / 2
        if u % cell.width < joint || v % cell.height < joint {
          blend(x, y, jointColour, 120)
        } else {
          let shade = Int(Canvas.noise(u / cell.width, row, key) & 63)
          blend(x, y, shade < 32 ? Colour(0, 0, 0) : Colour(255, 255, 255), abs(shade - 32))
        }
      }
    }
  }

  /// Grain over the whole image, each pixel and part by up to `amount` either way.
  mutating func addGrain(_ amount: Int, _ key: UInt32) {
    for y in 0..<side {
      for x in 0..<side {
        let change = Int(Canvas.noise(x, y, key) & 0xFFFF) * (2 * amount + 1) >> 16 - amount
        let at = (y * side + x) * 3
        for channel in 0..<3 { pixels[at + channel] = UInt8(min(max(Int(pixels[at + channel]) + change, 0), 255)) }
      }
    }
  }

  /// A fixed scramble of the place: enough for grain, cheaper than a random stream.
  private static func noise(_ x: Int, _ y: Int, _ key: UInt32) -> UInt32 {
    var h = UInt32(truncatingIfNeeded: x) &* 0x9E37_79B1 ^ UInt32(truncatingIfNeeded: y) &* 0x85EB_CA77 ^ key
    h = (h ^ h >> 15) &* 0x2C1B_3C6D
    h = (h ^ h >> 13) &* 0x297A_2D39
    return h ^ h >> 16
  }

  /// The canvas averaged over squares to an image of `size` × `size`, which divides the side.
  func image(size: Int) -> Image {
    precondition(side % size == 0, "whole squares")
    let square = side / size
    var image = Image(width: size, height: size, channels: 3)
    for y in 0..<size {
      for x in 0..<size {
        var sums = SIMD4<Int>(repeating: square * square / 2)
        for v in y * square..<(y + 1) * square {
          for u in x * square..<(x + 1) * square {
            let at = (v * side + u) * 3
            sums &+= SIMD4(Int(pixels[at]), Int(pixels[at + 1]), Int(pixels[at + 2]), 0)
          }
        }
        for channel in 0..<3 { image.pixels[(y * size + x) * 3 + channel] = UInt8(sums[channel] / (square * square)) }
      }
    }
    return image
  }
}
