import Numerics

/// How the windows of one floor look.
struct WindowStyle {
  enum Head: CaseIterable {
    case plain, lintel, pediment, arch, keystone
  }

  enum Bars: CaseIterable {
    case none, cross, halves, transom, grid
  }

  enum Balcony {
    case none, sill, railing, flowers
  }

  var head: Head
  var bars: Bars
  var balcony: Balcony
  var hasShutters: Bool
  var frame: Colour
  var glass: Colour
  var shutter: Colour
  var trim: Colour

  init(wall: Colour, _ random: inout RandomStream) {
    head = random.pick(Head.allCases)
    bars = random.pick(Bars.allCases)
    balcony = random.pick([.none, .sill, .sill, .railing, .flowers])
    hasShutters = random.chance(25)
    frame = random.pick(Palette.frames)
    glass = random.pick(Palette.glass)
    shutter = random.pick(Palette.shutters).varied(by: 10, &random)
    trim = random.chance(70) ? wall.lighter(random.between(70, 150)) : wall.darker(random.between(50, 100))
  }
}

extension Canvas {
  /// Draws one window whose opening is `box`; curtains and reflections differ from window to window.
  mutating func drawWindow(_ box: Box, _ style: WindowStyle, _ random: inout RandomStream) {
    let edge = max(box.width / 9, 6)
    drawHead(box, style, edge)
    // The opening's shadow, the frame, the glass.
    fill(box.outset(edge / 2), style.trim)
    fill(box, style.frame.darker(70))
    let frame = Box(box.left + edge / 3, box.top + edge / 2, box.right, box.bottom)
    fill(frame, style.frame)
    let pane = frame.inset(edge / 2, edge / 2)
    let light = random.between(0, 60)
    fill(pane, from: style.glass.lighter(light + 30), to: style.glass.lighter(light / 3))
    drawInside(pane, &random)
    fill(Box(pane.left, pane.top, pane.right, pane.top + edge / 3), Colour(16, 18, 22))
    drawBars(pane, style, max(edge / 2, 4))
    if style.head == .arch { drawArch(box, style, edge) }
    if style.hasShutters { drawShutters(box, style) }
    drawFoot(box, style, edge, &random)
  }

  private mutating func drawHead(_ box: Box, _ style: WindowStyle, _ edge: Int) {
    switch style.head {
    case .plain, .arch:
      break
    case .lintel:
      fill(Box(box.left - edge, box.top - 2 * edge, box.right + edge, box.top - edge / 2), style.trim)
      fill(Box(box.left - edge, box.top - edge / 2, box.right + edge, box.top), style.trim.darker(110))
    case .keystone:
      fill(Box(box.left - edge / 2, box.top - edge, box.right + edge / 2, box.top), style.trim)
      fillTrapezoid(
        top: box.top - 2 * edge, box.centre - edge, box.centre + edge, bottom: box.top + edge / 2,
        box.centre - edge / 2, box.centre + edge / 2, style.trim.lighter(40))
    case .pediment:
      fillTrapezoid(
        top: box.top - 3 * edge, box.centre, box.centre, bottom: box.top - edge / 2, box.left - edge,
        box.right + edge, style.trim)
      fill(Box(box.left - edge, box.top - edge / 2, box.right + edge, box.top), style.trim.darker(90))
    }
  }

  /// A round head above the opening, with its own ring of trim.
  private mutating func drawArch(_ box: Box, _ style: WindowStyle, _ edge: Int) {
    let rise = box.width * 3 / 8
    let head = Box(box.left, box.top - rise, box.right, box.top + rise)
    fillEllipse(head.outset(edge / 2), upperHalf: true, style.trim)
    fillEllipse(head, upperHalf: true, style.frame)
    fillEllipse(head.inset(edge / 2, edge / 2), upperHalf: true, style.glass.lighter(40))
    fill(Box(box.left, box.top - edge / 3, box.right, box.top + edge / 3), style.frame)
  }

  /// Curtains, a blind, a lit room, or nothing.
  private mutating func drawInside(_ pane: Box, _ random: inout RandomStream) {
    let cloth = Colour(226, 222, 212).varied(by: 20, &random)
    switch random.next(below: 10) {
    case 0, 1:
      blend(Box(pane.left, pane.top, pane.left + pane.width * 3 / 10, pane.bottom), cloth, 170)
      blend(Box(pane.right - pane.width * 3 / 10, pane.top, pane.right, pane.bottom), cloth, 170)
    case 2:
      blend(Box(pane.left, pane.top, pane.right, pane.top + pane.height * random.between(20, 70) / 100), cloth, 200)
    case 3:
      blend(pane, Colour(250, 214, 140), 110)
    case 4, 5:
      let middle = pane.left + pane.width * random.between(20, 80) / 100
      fillTrapezoid(
        top: pane.top, middle, pane.right, bottom: pane.bottom, pane.left, middle, Colour(136, 156, 178))
    default:
      break
    }
  }

  private mutating func drawBars(_ pane: Box, _ style: WindowStyle, _ thickness: Int) {
    func level(_ part: Int) -> Box {
      let y = pane.top + pane.height * part / 12
      return Box(pane.left, y - thickness / 2, pane.right, y + (thickness + 1) / 2)
    }
    func upright(_ part: Int, from top: Int) -> Box {
      let x = pane.left + pane.width * part / 12
      return Box(x - thickness / 2, top, x + (thickness + 1) / 2, pane.bottom)
    }
    switch style.bars {
    case .none:
      break
    case .cross:
      fill(level(4), style.frame)
      fill(upright(6, from: pane.top), style.frame)
    case .halves:
      fill(upright(6, from: pane.top), style.frame)
    case .transom:
      fill(level(4), style.frame)
      fill(upright(6, from: pane.top + pane.height / 3), style.frame)
    case .grid:
      for part in [3, 6, 9] { fill(level(part), style.frame) }
      for part in [4, 8] { fill(upright(part, from: pane.top), style.frame) }
    }
  }

  private mutating func drawShutters(_ box: Box, _ style: WindowStyle) {
    let width = box.width * 9 / 20
    for leaf in [
      Box(box.left - width, box.top, box.left - 3, box.bottom),
      Box(box.right + 3, box.top, box.right + width, box.bottom),
    ] {
      fill(leaf, style.shutter)
      var y = leaf.top + 8
      while y < leaf.bottom - 6 {
        fill(Box(leaf.left + 5, y, leaf.right - 5, y + 4), style.shutter.darker(70))
        y += 12
      }
    }
  }

  private mutating func drawFoot(_ box: Box, _ style: WindowStyle, _ edge: Int, _ random: inout RandomStream) {
    switch style.balcony {
    case .none:
      break
    case .sill:
      fill(Box(box.left - edge, box.bottom, box.right + edge, box.bottom + edge), style.trim)
      blend(Box(box.left - edge, box.bottom + edge, box.right + edge, box.bottom + 3 * edge / 2), Colour(0, 0, 0), 90)
    case .railing:
      let rail = Colour(38, 38, 42)
      let deck = Box(box.left - 2 * edge, box.bottom, box.right + 2 * edge, box.bottom + edge)
      let top = box.bottom - box.height * 3 / 10
      fill(deck, style.trim)
      blend(Box(deck.left, deck.bottom, deck.right, deck.bottom + 2 * edge), Colour(0, 0, 0), 100)
      fill(Box(deck.left, top, deck.right, top + 6), rail)
      for x in stride(from: deck.left, to: deck.right, by: 13) { fill(Box(x, top, x + 5, deck.top), rail) }
    case .flowers:
      let box = Box(box.left, box.bottom - edge / 2, box.right, box.bottom + edge)
      fill(box, Colour(110, 72, 48))
      for x in stride(from: box.left, to: box.right - 10, by: 12) {
        let plant = random.pick([Colour(60, 112, 50), Colour(80, 130, 60), Colour(196, 50, 60), Colour(226, 120, 150)])
        let height = random.between(14, 24)
        fillEllipse(Box(x, box.top - height / 2, x + 18, box.top + height / 2), plant)
      }
    }
  }
}
