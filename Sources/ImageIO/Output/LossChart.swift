/// A chart of the losses of D and G over the steps: every value in a pale colour, and a running mean over it.
package struct LossChart: Sendable {
  package struct Line: Sendable {
    package var name: String
    /// In the order of steps; losses that are not finite, or as good as that, are left out.
    package var points: [(step: Int, loss: Double)]

    package init(name: String, points: [(step: Int, loss: Double)]) {
      self.name = name
      self.points = points.filter { abs($0.loss) <= Axis.largest / 2 }
    }
  }

  package static let width = 900
  package static let height = 500
  private static let colours = [Colour(31, 105, 190), Colour(214, 96, 20), Colour(40, 140, 60)]
  /// The running mean covers 1/`meanPart` of a line's points, if it has at least `fewestForMean`.
  private static let meanPart = 40
  private static let fewestForMean = 100

  private let lines: [Line]
  private let steps: Axis
  private let losses: Axis
  private let plot: Plot

  /// - Parameter lines: at most three.
  package init(_ lines: [Line]) {
    precondition(lines.count <= Self.colours.count, "a colour for every line")
    self.lines = lines
    let last = lines.compactMap(\.points.last?.step).max() ?? 1
    steps = Axis(0...Double(max(1, last)), marks: 8)
    losses = Axis(Self.range(of: lines.flatMap { $0.points.map(\.loss) }), marks: 7)
    plot = Plot(steps, losses)
  }

  /// The range of all values but one in 200 at either end, which would flatten the others, with a margin; includes a
  /// near 0.
  private static func range(of values: [Double]) -> ClosedRange<Double> {
    let sorted = values.sorted()
    guard let first = sorted.first else { return 0...1 }
    let spare = sorted.count / 200
    let (low, high) = (sorted[spare], sorted[sorted.count - 1 - spare])
    let margin = (high - low) * 0.04
    return (first >= 0 && low < high / 2 ? 0 : low - margin)...(high + margin)
  }

  package func image() -> Image {
    var sheet = Sheet(width: Self.width, height: Self.height)
    let (grey, light) = (Colour(70, 70, 70), Colour(226, 226, 226))
    for mark in losses.marks {
      let y = y(mark.value)
      sheet.line(Sheet.Point(plot.left, y), Sheet.Point(plot.right, y), light, thickness: 1)
      sheet.text(mark.text, right: plot.left - 8, top: y - Double(BitmapFont.height), grey)
    }
    for mark in steps.marks {
      let x = x(mark.value)
      sheet.line(Sheet.Point(x, plot.top), Sheet.Point(x, plot.bottom), light, thickness: 1)
      sheet.text(mark.text, centre: x, top: plot.bottom + 8, grey)
    }
    for (i, line) in lines.enumerated() where line.points.count < Self.fewestForMean {
      sheet.path(points(line.points), Self.colours[i], thickness: 2)
    }
    // All pale values first, so that no running mean is below them.
    for (i, line) in lines.enumerated() where line.points.count >= Self.fewestForMean {
      sheet.path(points(line.points), Self.colours[i].lighter(150), thickness: 1)
    }
    for (i, line) in lines.enumerated() where line.points.count >= Self.fewestForMean {
      sheet.path(points(Self.runningMean(of: line.points)), Self.colours[i], thickness: 2)
    }
    sheet.frame(Sheet.Point(plot.left, plot.top), Sheet.Point(plot.right, plot.bottom), grey)
    sheet.text("steps", centre: (plot.left + plot.right) / 2, top: plot.bottom + 30, grey)
    sheet.text("loss", right: plot.left - 8, top: 4, grey)
    for (i, line) in lines.enumerated() {
      let x = plot.right - Double(60 * (lines.count - i))
      sheet.line(Sheet.Point(x, 11), Sheet.Point(x + 24, 11), Self.colours[i], thickness: 3)
      sheet.text(line.name, left: x + 32, top: 4, Self.colours[i])
    }
    return sheet.image()
  }

  /// The rectangle of the curves, which leaves room for the texts around it.
  private struct Plot {
    let left: Double
    let right: Double
    let top = 26.0
    let bottom = 446.0

    init(_ steps: Axis, _ losses: Axis) {
      let gap = 8.0
      let widest = losses.marks.map { Sheet.width(of: $0.text) }.max() ?? 0
      left = max(80, (widest + 2 * gap).rounded(.up))
      // The last text is centred on its mark, which may be at the end.
      let last = steps.marks.last.map { Sheet.width(of: $0.text) } ?? 0
      right = Double(LossChart.width) - max(20, (last / 2 + gap).rounded(.up))
    }
  }

  private func x(_ step: Double) -> Double {
    plot.left + (step - steps.low) / (steps.high - steps.low) * (plot.right - plot.left)
  }

  /// Values outside the axis lie on the frame.
  private func y(_ loss: Double) -> Double {
    let part = (loss - losses.low) / (losses.high - losses.low)
    return plot.bottom - min(max(part, 0), 1) * (plot.bottom - plot.top)
  }

  private func points(_ points: [(step: Int, loss: Double)]) -> [Sheet.Point] {
    points.map { Sheet.Point(x(Double($0.step)), y($0.loss)) }
  }

  /// Each loss replaced by the mean of those around it, of fewer towards the ends.
  private static func runningMean(of points: [(step: Int, loss: Double)]) -> [(step: Int, loss: Double)] {
    let reach = points.count / meanPart / 2
    var sums = [0.0]
    for point in points { sums.append(sums.last! + point.loss) }
    return points.indices.map { i in
      let (from, to) = (max(0, i - reach), min(points.count, i + reach + 1))
      return (points[i].step, (sums[to] - sums[from]) / Double(to - from))
    }
  }
}
