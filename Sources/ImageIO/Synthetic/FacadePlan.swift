import Numerics

/// The choices that concern a facade as a whole, in units of 1/1024 of the image's side.
struct FacadePlan {
  enum Texture {
    case plaster, brick, stone
  }

  enum Roof: CaseIterable {
    case flat, parapet, hipped, mansard, gable, steppedGable
  }

  var wall: Colour
  var texture: Texture
  var roof: Roof
  var roofColour: Colour
  /// The wall with its ground floor, without the roof.
  var front: Box
  var roofHeight: Int
  var floors: Int
  var columns: Int
  var groundHeight: Int
  var base: Colour
  var hasShops: Bool
  var hasBands: Bool
  var hasQuoins: Bool
  /// The column of windows below which the door is.
  var doorColumn: Int
  var windowWidth: Int
  var windowHeight: Int

  init(_ random: inout RandomStream) {
    texture = random.pick([.plaster, .plaster, .plaster, .brick, .brick, .stone])
    wall = random.pick(texture == .brick ? Palette.bricks : Palette.walls).varied(by: 14, &random)
    roof = random.pick(Roof.allCases)
    roofColour = random.pick(Palette.roofs).varied(by: 12, &random)
    let isWide = random.chance(45)
    let left = isWide ? 0 : random.between(20, 150)
    let right = isWide ? 1024 : 1024 - random.between(20, 150)
    let isTallRoof = roof == .gable || roof == .steppedGable || roof == .mansard
    roofHeight = roof == .flat || roof == .parapet ? random.between(24, 50) : random.between(90, isTallRoof ? 240 : 160)
    let top = random.between(20, 110) + roofHeight
    let street = 1024 - random.between(36, 90)
    front = Box(left, top, right, street)

    columns = random.between(isWide ? 3 : 2, isWide ? 5 : 4)
    groundHeight = front.height * random.between(22, 30) / 100
    let least = max(2, (front.height - groundHeight) / 260)
    floors = random.between(least, max(least, min(4, (front.height - groundHeight) / 170)))
    hasShops = random.chance(40)
    base = random.chance(60) ? wall.darker(random.between(30, 90)) : random.pick(Palette.walls).darker(40)
    hasBands = random.chance(60)
    hasQuoins = random.chance(35)
    doorColumn = random.chance(50) ? columns / 2 : random.next(below: columns)
    let columnWidth = front.width / columns
    let floorHeight = (front.height - groundHeight) / floors
    windowHeight = floorHeight * random.between(56, 68) / 100
    windowWidth = min(columnWidth * random.between(42, 62) / 100, windowHeight * random.between(55, 95) / 100)
  }

  /// The middle of a column of windows.
  func middle(ofColumn column: Int) -> Int { front.left + front.width * (2 * column + 1) / (2 * columns) }

  /// Upper and lower end of a floor; 0 is the topmost.
  func floor(_ index: Int) -> (top: Int, bottom: Int) {
    let height = front.height - groundHeight
    return (front.top + height * index / floors, front.top + height * (index + 1) / floors)
  }

  var groundTop: Int { front.bottom - groundHeight }
}
