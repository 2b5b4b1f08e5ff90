import Numerics

/// Draws a street front: sky, neighbours, wall, roof, windows, ground floor, street.
enum Facade {
  /// One facade of `size` × `size` pixels; everything about it comes from `random`.
  static func image(size: Int, _ random: inout RandomStream) -> Image {
    // Fine enough that a small image is an average, and bars and bricks no moiré.
    let square = max(2, (256 + size - 1) / size)
    var canvas = Canvas(side: size * square)
    let plan = FacadePlan(&random)
    canvas.drawSky(&random)
    canvas.drawNeighbours(plan, &random)
    canvas.drawWall(plan, &random)
    canvas.drawRoof(plan, &random)
    canvas.drawFloors(plan, &random)
    canvas.drawGroundFloor(plan, &random)
    canvas.drawStreet(plan, &random)
    canvas.drawLight(&random)
    canvas.addGrain(random.between(3, 10), random.nextWord())
    return canvas.image(size: size)
  }
}

extension Canvas {
  fileprivate mutating func drawSky(_ random: inout RandomStream) {
    let sky = random.pick(Palette.skies)
    fill(Box(0, 0, 1024, 1024), from: sky.top.varied(by: 12, &random), to: sky.bottom)
    for _ in 0..<random.next(below: 4) {
      let left = random.between(-200, 900)
      let top = random.between(-20, 240)
      for _ in 0..<3 {
        let x = left + random.between(-70, 110)
        let y = top + random.between(-14, 20)
        fillEllipse(Box(x, y, x + random.between(120, 320), y + random.between(30, 70)), sky.bottom.lighter(120), 90)
      }
    }
  }

  fileprivate mutating func drawNeighbours(_ plan: FacadePlan, _ random: inout RandomStream) {
    for isLeft in [true, false] {
      let side =
        isLeft ? Box(0, 0, plan.front.left, plan.front.bottom) : Box(plan.front.right, 0, 1024, plan.front.bottom)
      guard side.width > 0, random.chance(75) else { continue }
      let top = plan.front.top + random.between(-90, 260)
      let wall = random.pick(Palette.walls).varied(by: 16, &random).darker(random.between(10, 70))
      fill(Box(side.left, top, side.right, side.bottom), wall)
      fill(Box(side.left, top - 30, side.right, top), random.pick(Palette.roofs))
      let step = random.between(150, 210)
      let x = isLeft ? side.right - min(side.width, 100) : side.left + 24
      for y in stride(from: top + 50, to: side.bottom - 120, by: step) {
        fill(Box(x, y, x + 60, y + step / 2), wall.lighter(80))
        fill(Box(x + 6, y + 6, x + 54, y + step / 2 - 6), random.pick(Palette.glass))
      }
      let shadow =
        isLeft ? Box(side.right - 10, top, side.right, side.bottom) : Box(side.left, top, side.left + 10, side.bottom)
      blend(shadow, Colour(0, 0, 0), 90)
    }
  }

  fileprivate mutating func drawWall(_ plan: FacadePlan, _ random: inout RandomStream) {
    let front = plan.front
    fill(front, from: plan.wall.lighter(16), to: plan.wall.darker(20))
    switch plan.texture {
    case .plaster:
      for _ in 0..<random.next(below: 6) {
        let x = random.between(front.left, front.right - 60)
        let y = random.between(front.top, front.bottom - 60)
        let stain = Box(
          x, y, min(x + random.between(40, 200), front.right), min(y + random.between(30, 160), front.bottom))
        fillEllipse(stain, plan.wall.darker(90), 40)
      }
    case .brick:
      lay(
        front, cell: (random.between(34, 44), random.between(15, 19)), joint: 4, plan.wall.lighter(120),
        random.nextWord())
    case .stone:
      lay(
        front, cell: (random.between(90, 130), random.between(44, 60)), joint: 5, plan.wall.darker(90),
        random.nextWord())
    }
    if plan.hasQuoins {
      let stone = plan.wall.lighter(110)
      for (row, y) in stride(from: front.top, to: front.bottom - 20, by: 34).enumerated() {
        let width = row % 2 == 0 ? 44 : 28
        fill(Box(front.left, y, front.left + width, y + 29), stone)
        fill(Box(front.right - width, y, front.right, y + 29), stone)
      }
    }
  }

  fileprivate mutating func drawFloors(_ plan: FacadePlan, _ random: inout RandomStream) {
    var style = WindowStyle(wall: plan.wall, &random)
    style.hasShutters = style.hasShutters && plan.windowWidth * 19 / 10 < plan.front.width / plan.columns
    let changesFloor = random.chance(50) ? random.next(below: plan.floors) : -1
    for floor in 0..<plan.floors {
      let (top, bottom) = plan.floor(floor)
      if plan.hasBands && floor > 0 {
        fill(Box(plan.front.left, top - 9, plan.front.right, top + 7), style.trim)
        blend(Box(plan.front.left, top + 7, plan.front.right, top + 16), Colour(0, 0, 0), 80)
      }
      var floorStyle = style
      if floor == changesFloor {
        let other = WindowStyle(wall: plan.wall, &random)
        (floorStyle.head, floorStyle.balcony) = (other.head, other.balcony)
      }
      let height = floor == 0 && plan.floors > 2 ? plan.windowHeight * 7 / 8 : plan.windowHeight
      let upper = top + (bottom - top - height) * 6 / 10
      for column in 0..<plan.columns {
        let middle = plan.middle(ofColumn: column)
        drawWindow(
          Box(middle - plan.windowWidth / 2, upper, middle + plan.windowWidth / 2, upper + height), floorStyle, &random)
      }
    }
  }

  fileprivate mutating func drawStreet(_ plan: FacadePlan, _ random: inout RandomStream) {
    let ground = random.pick(Palette.grounds).varied(by: 10, &random)
    let top = plan.front.bottom
    fill(Box(0, top, 1024, 1024), from: ground.lighter(30), to: ground)
    fill(Box(0, top + (1024 - top) / 2, 1024, top + (1024 - top) / 2 + 8), ground.lighter(90))
    fill(Box(0, top + (1024 - top) / 2 + 8, 1024, 1024), from: ground.darker(80), to: ground.darker(50))
    blend(Box(0, top, 1024, top + 8), Colour(0, 0, 0), 110)
    if random.chance(25) { drawTree(at: random.between(40, 984), foot: top + 20, &random) }
  }

  private mutating func drawTree(at x: Int, foot: Int, _ random: inout RandomStream) {
    let height = random.between(170, 330)
    fill(Box(x - 8, foot - height, x + 8, foot), Colour(84, 66, 50))
    let leaves = random.pick([Colour(70, 106, 52), Colour(92, 124, 60), Colour(150, 120, 50)])
    for _ in 0..<14 {
      let (u, v) = (x + random.between(-80, 40), foot - height + random.between(-90, 30))
      let width = random.between(50, 90)
      fillEllipse(Box(u, v, u + width, v + width * 4 / 5), leaves.varied(by: 18, &random), 220)
    }
  }

  /// The sun from one side, and the day's brightness.
  fileprivate mutating func drawLight(_ random: inout RandomStream) {
    let isFromLeft = random.chance(50)
    let strength = random.between(0, 70)
    for strip in 0..<64 {
      let part = (isFromLeft ? strip : 63 - strip) * strength / 63
      blend(Box(strip * 16, 0, (strip + 1) * 16, 1024), Colour(20, 22, 40), part)
    }
    if random.chance(30) { blend(Box(0, 0, 1024, 1024), Colour(255, 236, 200), random.between(10, 40)) }
  }
}
