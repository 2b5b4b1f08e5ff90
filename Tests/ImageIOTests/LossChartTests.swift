import ImageIO
import Testing

struct LossChartTests {
  static let axes: [(ClosedRange<Double>, Int, [String])] = [
    (0...1500, 8, ["0", "200", "400", "600", "800", "1000", "1200", "1400"]),
    (0...1, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    (0.012...0.031, 4, ["0.015", "0.020", "0.025", "0.030"]),
    (7...7, 5, ["4", "6", "8", "10"]),
    (0...3e8, 3, ["0", "1e+08", "2e+08", "3e+08"]),
    (0...1e-7, 2, ["0", "5e-08", "1e-07"]),
  ]

  @Test(arguments: axes)
  func marksAreRound(range: ClosedRange<Double>, count: Int, texts: [String]) {
    let axis = Axis(range, marks: count)
    #expect(axis.marks.map(\.text) == texts)
    #expect(axis.marks.allSatisfy { axis.low...axis.high ~= $0.value } && axis.low < axis.high)
  }

  /// The pixels that are nearer to a line's colour than to any grey, by column.
  private func columns(of chart: Image, isLine: (Int, Int, Int) -> Bool) -> [Int: [Int]] {
    var rows: [Int: [Int]] = [:]
    for y in 30..<chart.height {
      for x in 0..<chart.width {
        let at = (y * chart.width + x) * 3
        if isLine(Int(chart.pixels[at]), Int(chart.pixels[at + 1]), Int(chart.pixels[at + 2])) {
          rows[x, default: []].append(y)
        }
      }
    }
    return rows
  }

  private func isBlue(_ red: Int, _ green: Int, _ blue: Int) -> Bool { blue > red + 60 }
  private func isOrange(_ red: Int, _ green: Int, _ blue: Int) -> Bool { red > blue + 60 }

  /// D falls in a straight line to 0 while G stays: each from the left of the plot to its right, D on the diagonal.
  @Test func linesAreWhereTheNumbersAre() {
    let steps = 0...10
    let chart = LossChart([
      LossChart.Line(name: "D", points: steps.map { ($0 * 100, 10 - Double($0)) }),
      LossChart.Line(name: "G", points: steps.map { ($0 * 100, 5) } + [(1000, .nan)]),
    ]).image()
    #expect((chart.width, chart.height, chart.channels) == (LossChart.width, LossChart.height, 3))
    let blue = columns(of: chart, isLine: isBlue)
    let orange = columns(of: chart, isLine: isOrange)
    let (left, right) = (blue.keys.min()!, blue.keys.max()!)
    #expect(right - left > 780 && orange.keys.count > 780)
    let (first, last) = (blue[left + 2]!.max()!, blue[right - 2]!.max()!)
    #expect(last - first > 380, "from the top to the bottom")
    for x in stride(from: left + 20, to: right - 20, by: 50) {
      guard let rows = blue[x] else {
        Issue.record("no line at column \(x)")
        continue
      }
      let expected = Double(first) + Double((x - left) * (last - first)) / Double(right - left)
      #expect(abs(Double(rows.reduce(0, +)) / Double(rows.count) - expected) < 4, "column \(x)")
    }
    #expect(Set(orange.values.flatMap { $0 }).count <= 4, "level")
  }

  /// The widths of texts below the plot, left to right: runs of columns that are not white, a few columns apart at most.
  private func widthsBelow(_ chart: Image) -> [Int] {
    let inked = (0..<chart.width).filter { x in
      (452..<470).contains { y in chart.pixels[(y * chart.width + x) * 3] < 200 }
    }
    var runs: [ClosedRange<Int>] = []
    for x in inked {
      if let last = runs.last, x - last.upperBound < 10 {
        runs[runs.count - 1] = last.lowerBound...x
      } else {
        runs.append(x...x)
      }
    }
    return runs.map(\.count)
  }

  /// The text at the end of the axis is as wide as the same text in the middle of a longer one.
  @Test(arguments: [10, 1000, 200_000, 4_000_000]) func theLastLabelIsWhole(last: Int) throws {
    func widths(_ end: Int) -> [Int] {
      widthsBelow(LossChart([LossChart.Line(name: "D", points: [(0, 1), (end, 2)])]).image())
    }
    let (short, long) = (widths(last), widths(2 * last))
    let texts = (
      Axis(0...Double(last), marks: 8).marks.map(\.text), Axis(0...Double(2 * last), marks: 8).marks.map(\.text)
    )
    #expect(short.count == texts.0.count && long.count == texts.1.count, "\(short) \(long)")
    guard short.count == texts.0.count, long.count == texts.1.count else { return }
    let place = try #require(texts.1.firstIndex(of: texts.0.last!))
    #expect(texts.0.last == "\(last)" && place < long.count - 1)
    // Where a text begins in parts of a pixel changes its width by one.
    #expect(abs(short.last! - long[place]) <= 1)
  }

  /// Nor do large numbers leave the sheet on the left.
  @Test(arguments: [-1.2e10, 1234567, -0.00012]) func lossesAreWhole(loss: Double) {
    let chart = LossChart([LossChart.Line(name: "D", points: [(0, loss), (10, loss * 1.5)])]).image()
    for y in 0..<chart.height {
      for x in 0..<4 { #expect(chart.pixels[(y * chart.width + x) * 3] == 255, "\(x), \(y)") }
    }
  }

  /// One value far away does not press the others together.
  @Test func anOutlierIsCutOff() {
    let noisy = (1...1000).map { (step: $0, loss: $0 == 500 ? 1e6 : 1 + Double($0 % 7) / 7) }
    let chart = LossChart([LossChart.Line(name: "D", points: noisy)]).image()
    // Away from the outlier: values from 1 to 1.9 fill the plot, and would be one line below a million.
    let rows = columns(of: chart, isLine: isBlue).filter { 100..<300 ~= $0.key }.values.flatMap { $0 }
    #expect(!rows.isEmpty && rows.max()! - rows.min()! > 150)
  }

  static let littles: [[(step: Int, loss: Double)]] = [
    [], [(1, 0.5)], [(1, .infinity)], [(0, 2), (0, 2)], [(1, 1e300)], [(1, -1e29), (2, 1e29)],
    [(1, 0), (2, .leastNonzeroMagnitude)],
  ]

  @Test(arguments: littles) func littleToShow(points: [(step: Int, loss: Double)]) {
    let chart = LossChart([LossChart.Line(name: "D", points: points), LossChart.Line(name: "G", points: [])]).image()
    let isShown = !columns(of: chart, isLine: isBlue).isEmpty
    #expect(isShown == points.contains { abs($0.loss) < 1e100 })
  }
}
