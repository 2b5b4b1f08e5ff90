/// A white sheet to draw lines and text on, in units of a pixel of the image that it becomes; finer inside, so that
/// slanted lines are smooth.
struct Sheet {
  struct Point {
    var x: Double
    var y: Double

    init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  private static let finer = 2
  /// Side of a dot of text, in pixels of the image.
  private static let dot = 2
  private var raster: Image

  init(width: Int, height: Int) {
    raster = Image(width: width * Self.finer, height: height * Self.finer, channels: 3, filledWith: 255)
  }

  func image() -> Image { raster.reduced(by: Self.finer) }

  /// A line of square dots; dots outside the sheet are not drawn.
  mutating func line(_ from: Point, _ to: Point, _ colour: Colour, thickness: Int) {
    let (dx, dy) = ((to.x - from.x) * Double(Self.finer), (to.y - from.y) * Double(Self.finer))
    let count = max(1, Int(max(abs(dx), abs(dy)).rounded(.up)))
    let side = thickness * Self.finer
    for i in 0...count {
      let part = Double(i) / Double(count)
      fill(
        Int((from.x * Double(Self.finer) + dx * part).rounded()) - side / 2,
        Int((from.y * Double(Self.finer) + dy * part).rounded()) - side / 2, side, colour)
    }
  }

  mutating func path(_ points: [Point], _ colour: Colour, thickness: Int) {
    if let only = points.first, points.count == 1 { line(only, only, colour, thickness: 3 * thickness) }
    for (from, to) in zip(points, points.dropFirst()) { line(from, to, colour, thickness: thickness) }
  }

  mutating func frame(_ upperLeft: Point, _ lowerRight: Point, _ colour: Colour) {
    let (upperRight, lowerLeft) = (Point(lowerRight.x, upperLeft.y), Point(upperLeft.x, lowerRight.y))
    path([upperLeft, upperRight, lowerRight, lowerLeft, upperLeft], colour, thickness: 1)
  }

  /// In pixels of the image.
  static func width(of text: String) -> Double { Double(dot * BitmapFont.width(of: text)) }

  mutating func text(_ text: String, left: Double, top: Double, _ colour: Colour) {
    let side = Self.dot * Self.finer
    let (x, y) = (Int(left * Double(Self.finer)), Int(top * Double(Self.finer)))
    for dot in BitmapFont.dots(of: text) { fill(x + dot.x * side, y + dot.y * side, side, colour) }
  }

  mutating func text(_ text: String, right: Double, top: Double, _ colour: Colour) {
    self.text(text, left: right - Self.width(of: text), top: top, colour)
  }

  mutating func text(_ text: String, centre: Double, top: Double, _ colour: Colour) {
    self.text(text, left: centre - Self.width(of: text) / 2, top: top, colour)
  }

  private mutating func fill(_ left: Int, _ top: Int, _ side: Int, _ colour: Colour) {
    let (firstRow, firstColumn) = (max(0, top), max(0, left))
    for y in firstRow..<max(firstRow, min(raster.height, top + side)) {
      for x in firstColumn..<max(firstColumn, min(raster.width, left + side)) {
        let at = (y * raster.width + x) * 3
        raster.pixels[at] = UInt8(colour.red)
        raster.pixels[at + 1] = UInt8(colour.green)
        raster.pixels[at + 2] = UInt8(colour.blue)
      }
    }
  }
}
