import Numerics

/// The two ends of a facade: the roof and the ground floor.
extension Canvas {
  mutating func drawRoof(_ plan: FacadePlan, _ random: inout RandomStream) {
    let front = plan.front
    let ridge = front.top - plan.roofHeight
    let trim = plan.wall.lighter(100)
    let overhang = front.width == 1024 ? 0 : 14
    let covers = plan.roof != .flat && plan.roof != .parapet
    for _ in 0..<(covers ? random.next(below: 3) : 0) { drawChimney(plan, ridge, &random) }
    switch plan.roof {
    case .flat:
      fill(Box(front.left - overhang, ridge, front.right + overhang, front.top), plan.roofColour)
    case .parapet:
      fill(Box(front.left, ridge, front.right, front.top), plan.wall.lighter(30))
      fill(Box(front.left - overhang / 2, ridge, front.right + overhang / 2, ridge + 12), trim)
      for x in stride(from: front.left + 20, to: front.right - 20, by: 40) {
        fill(Box(x, ridge + 16, x + 22, front.top - 8), plan.wall.darker(70))
      }
    case .hipped, .mansard:
      let inset = plan.roof == .hipped ? plan.roofHeight : plan.roofHeight / 5
      fillTrapezoid(
        top: ridge, front.left + inset, front.right - inset, bottom: front.top, front.left - overhang,
        front.right + overhang, plan.roofColour)
      drawTiles(plan, ridge)
      if plan.roofHeight > 110 { drawDormers(plan, ridge, &random) }
    case .gable:
      let middle = (front.left + front.right) / 2
      fillTrapezoid(
        top: ridge - 16, middle, middle, bottom: front.top + 4, front.left - overhang - 20, front.right + overhang + 20,
        plan.roofColour)
      fillTrapezoid(
        top: ridge + 14, middle, middle, bottom: front.top + 4, front.left + 20, front.right - 20, plan.wall)
      drawGableWindow(plan, ridge)
      return
    case .steppedGable:
      let steps = 5
      for step in 0..<steps {
        let inset = front.width * (steps - step) / (2 * steps + 2)
        let top = ridge + plan.roofHeight * step / steps
        fill(Box(front.left + inset, top, front.right - inset, front.top), plan.wall)
        fill(Box(front.left + inset - 6, top - 8, front.right - inset + 6, top + 4), trim)
      }
      drawGableWindow(plan, ridge)
    }
    // The cornice, and its shadow on the wall.
    fill(Box(front.left - overhang, front.top - 10, front.right + overhang, front.top + 12), trim)
    blend(Box(front.left, front.top + 12, front.right, front.top + 30), Colour(0, 0, 0), 110)
  }

  private mutating func drawChimney(_ plan: FacadePlan, _ ridge: Int, _ random: inout RandomStream) {
    let x = random.between(plan.front.left + plan.front.width / 4, plan.front.right - plan.front.width / 4)
    let brick = random.pick(Palette.bricks)
    fill(Box(x, ridge - 44, x + 40, plan.front.top), brick)
    fill(Box(x - 5, ridge - 50, x + 45, ridge - 40), brick.darker(70))
  }

  private mutating func drawTiles(_ plan: FacadePlan, _ ridge: Int) {
    for y in stride(from: ridge + 14, to: plan.front.top - 8, by: 18) {
      let inset = (plan.front.top - y) * (plan.roof == .hipped ? 5 : 1) / 5
      blend(Box(plan.front.left + inset, y, plan.front.right - inset, y + 5), Colour(0, 0, 0), 70)
    }
  }

  private mutating func drawDormers(_ plan: FacadePlan, _ ridge: Int, _ random: inout RandomStream) {
    let trim = random.pick(Palette.frames).darker(20)
    let glass = random.pick(Palette.glass)
    let isPointed = random.chance(50)
    let (top, bottom) = (ridge + plan.roofHeight * 35 / 100, plan.front.top - 18)
    let first = plan.roof == .hipped ? 1 : 0
    for column in first..<max(first, plan.columns - first) {
      let middle = plan.middle(ofColumn: column)
      let half = min(plan.windowWidth / 2, 50)
      fill(Box(middle - half, top, middle + half, bottom), trim)
      fill(Box(middle - half + 10, top + 10, middle - 4, bottom - 6), glass)
      fill(Box(middle + 4, top + 10, middle + half - 10, bottom - 6), glass.lighter(24))
      if isPointed {
        fillTrapezoid(
          top: top - 36, middle, middle, bottom: top, middle - half - 8, middle + half + 8, plan.roofColour.darker(60))
      } else {
        fill(Box(middle - half - 8, top - 10, middle + half + 8, top), plan.roofColour.darker(60))
      }
    }
  }

  private mutating func drawGableWindow(_ plan: FacadePlan, _ ridge: Int) {
    guard plan.roofHeight > 130 else { return }
    let middle = (plan.front.left + plan.front.right) / 2
    let (y, radius) = (ridge + plan.roofHeight * 6 / 10, 34)
    fillEllipse(Box(middle - radius, y - radius, middle + radius, y + radius), plan.wall.lighter(120))
    fillEllipse(Box(middle - 24, y - 24, middle + 24, y + 24), Colour(50, 58, 70))
  }

  mutating func drawGroundFloor(_ plan: FacadePlan, _ random: inout RandomStream) {
    let front = plan.front
    let top = plan.groundTop
    fill(Box(front.left, top, front.right, front.bottom), from: plan.base.lighter(10), to: plan.base.darker(24))
    if random.chance(50) {
      for y in stride(from: top + 30, to: front.bottom, by: 32) {
        fill(Box(front.left, y, front.right, y + 5), plan.base.darker(90))
      }
    }
    fill(Box(front.left, top - 8, front.right, top + 10), plan.base.lighter(110))
    blend(Box(front.left, top + 10, front.right, top + 20), Colour(0, 0, 0), 90)
    let style = WindowStyle(wall: plan.base, &random)
    let awning = random.chance(60) ? random.pick(Palette.awnings) : nil
    let door = random.pick(Palette.doors).varied(by: 10, &random)
    let half = min(front.width / plan.columns * 44 / 100, 190)
    for column in 0..<plan.columns {
      let middle = plan.middle(ofColumn: column)
      if column == plan.doorColumn {
        drawDoor(
          Box(middle - min(half, 62), top + plan.groundHeight * 24 / 100, middle + min(half, 62), front.bottom), door,
          style)
      } else if plan.hasShops {
        drawShop(Box(middle - half, top + 24, middle + half, front.bottom), awning, &random)
      } else {
        var low = style
        if low.balcony == .railing { low.balcony = .sill }
        low.hasShutters = false
        let width = min(plan.windowWidth, half * 2)
        drawWindow(
          Box(
            middle - width / 2, top + plan.groundHeight * 28 / 100, middle + width / 2,
            top + plan.groundHeight * 78 / 100),
          low, &random)
      }
    }
    fill(Box(front.left, front.bottom - 14, front.right, front.bottom), plan.base.darker(110))
  }

  private mutating func drawDoor(_ box: Box, _ colour: Colour, _ style: WindowStyle) {
    if style.head == .arch || style.head == .keystone {
      let head = Box(box.left, box.top - box.width / 3, box.right, box.top + box.width / 3)
      fillEllipse(head.outset(12), upperHalf: true, style.trim)
      fillEllipse(head, upperHalf: true, Colour(44, 50, 58))
    } else {
      fill(Box(box.left - 18, box.top - 26, box.right + 18, box.top - 10), style.trim)
    }
    fill(Box(box.left - 12, box.top - 10, box.right + 12, box.bottom), style.trim)
    fill(box, Colour(30, 28, 26))
    let leaf = box.inset(8, 8)
    fill(Box(leaf.left, leaf.top, leaf.right, leaf.top + 30), style.glass.lighter(50))
    let panels = Box(leaf.left, leaf.top + 38, leaf.right, box.bottom)
    fill(panels, colour)
    fill(Box(panels.centre - 3, panels.top, panels.centre + 3, panels.bottom), colour.darker(120))
    for (left, right) in [(panels.left + 8, panels.centre - 10), (panels.centre + 10, panels.right - 8)] {
      fill(Box(left, panels.top + 10, right, panels.top + panels.height / 2), colour.lighter(36))
      fill(Box(left, panels.top + panels.height / 2 + 12, right, panels.bottom - 16), colour.lighter(24))
    }
  }

  private mutating func drawShop(_ box: Box, _ awning: Colour?, _ random: inout RandomStream) {
    let sign = random.pick(Palette.awnings).darker(random.between(0, 100))
    let board = Box(box.left, box.top, box.right, box.top + 34)
    fill(Box(box.left, box.top, box.right, box.bottom - 14), Colour(46, 42, 40))
    fill(board, sign)
    for x in stride(from: board.left + 20, to: board.right - 26, by: 22) where random.chance(75) {
      fill(Box(x, board.top + 10, x + 12, board.bottom - 10), sign.lighter(190))
    }
    let pane = Box(box.left + 10, board.bottom + 8, box.right - 10, box.bottom - 34)
    fill(pane, from: Colour(60, 72, 84), to: Colour(120, 116, 104))
    for x in stride(from: pane.left + 10, to: pane.right - 30, by: 34) {
      let goods = random.pick(Palette.awnings + Palette.walls)
      fill(Box(x, pane.bottom - random.between(20, 60), x + 26, pane.bottom), goods)
    }
    fill(Box(pane.centre - 4, pane.top, pane.centre + 4, pane.bottom), Colour(46, 42, 40))
    guard let awning else { return }
    let depth = 52
    for (stripe, x) in stride(from: box.left - 6, to: box.right + 6, by: 24).enumerated() {
      let colour = stripe % 2 == 0 ? awning : Colour(236, 232, 222)
      fill(
        Box(x, board.bottom - 4, min(x + 24, box.right + 6), board.bottom + depth), from: colour.lighter(20),
        to: colour.darker(40))
    }
    blend(Box(box.left, board.bottom + depth, box.right, board.bottom + depth + 18), Colour(0, 0, 0), 120)
  }
}
