/// A colour to draw with; each part 0…255.
struct Colour {
  var red: Int
  var green: Int
  var blue: Int

  init(_ red: Int, _ green: Int, _ blue: Int) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// This colour with `part`/256 of `other`.
  func mixed(with other: Colour, _ part: Int) -> Colour {
    Colour(
      red + (other.red - red) * part / 256, green + (other.green - green) * part / 256,
      blue + (other.blue - blue) * part / 256)
  }

  func lighter(_ part: Int) -> Colour { mixed(with: Colour(255, 255, 255), part) }

  func darker(_ part: Int) -> Colour { mixed(with: Colour(0, 0, 0), part) }
}
