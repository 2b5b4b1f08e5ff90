import Numerics

extension Colour {
  /// Each part moved at random by up to `range` either way.
  func varied(by range: Int, _ random: inout RandomStream) -> Colour {
    func vary(_ part: Int) -> Int { min(max(part + random.next(below: 2 * range + 1) - range, 0), 255) }
    return Colour(vary(red), vary(green), vary(blue))
  }
}

extension RandomStream {
  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[next(below: choices.count)] }

  mutating func between(_ low: Int, _ high: Int) -> Int { low + next(below: high - low + 1) }

  /// True in `percent` of 100 cases.
  mutating func chance(_ percent: Int) -> Bool { next(below: 100) < percent }
}

/// The colours of the parts of a facade.
enum Palette {
  static let walls = [
    Colour(226, 208, 166), Colour(206, 170, 112), Colour(180, 104, 78), Colour(150, 74, 58), Colour(232, 226, 210),
    Colour(196, 192, 184), Colour(160, 160, 162), Colour(222, 186, 170), Colour(178, 192, 206), Colour(190, 204, 176),
    Colour(168, 138, 108), Colour(240, 214, 140), Colour(212, 150, 120), Colour(140, 120, 104),
  ]
  static let bricks = [
    Colour(158, 76, 58), Colour(136, 66, 54), Colour(178, 102, 72), Colour(170, 134, 104), Colour(112, 62, 54),
  ]
  static let roofs = [
    Colour(150, 72, 52), Colour(120, 58, 46), Colour(84, 88, 96), Colour(64, 66, 74), Colour(110, 96, 84),
    Colour(96, 128, 118),
  ]
  static let frames = [
    Colour(244, 242, 236), Colour(232, 228, 218), Colour(84, 58, 40), Colour(60, 66, 64), Colour(56, 84, 66),
  ]
  static let glass = [
    Colour(52, 64, 80), Colour(40, 46, 54), Colour(72, 88, 106), Colour(34, 38, 40), Colour(96, 110, 120),
  ]
  static let shutters = [
    Colour(62, 96, 74), Colour(120, 60, 44), Colour(66, 88, 120), Colour(96, 78, 60), Colour(214, 208, 194),
  ]
  static let doors = [
    Colour(92, 54, 34), Colour(40, 66, 50), Colour(52, 56, 84), Colour(124, 42, 38), Colour(54, 50, 48),
    Colour(150, 110, 70),
  ]
  static let awnings = [
    Colour(170, 46, 44), Colour(44, 92, 70), Colour(50, 74, 128), Colour(206, 150, 56), Colour(92, 40, 60),
  ]
  static let skies: [(top: Colour, bottom: Colour)] = [
    (Colour(86, 140, 204), Colour(190, 214, 236)), (Colour(120, 168, 220), Colour(222, 232, 240)),
    (Colour(188, 194, 200), Colour(224, 226, 228)), (Colour(236, 238, 240), Colour(244, 244, 242)),
    (Colour(110, 130, 170), Colour(240, 206, 170)), (Colour(60, 110, 186), Colour(150, 192, 228)),
  ]
  static let grounds = [Colour(120, 118, 114), Colour(96, 96, 98), Colour(150, 142, 130), Colour(84, 82, 80)]
}
