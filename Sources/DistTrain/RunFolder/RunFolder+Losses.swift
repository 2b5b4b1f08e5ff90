import ImageIO

extension RunFolder {
  /// Writes `losses.png`: D's and G's loss over the steps, of every line of `metrics.jsonl`.
  package func writeLossChart(_ losses: [MetricsLog.Losses]) throws {
    let chart = LossChart([
      LossChart.Line(name: "D", points: losses.map { ($0.step, $0.discriminator) }),
      LossChart.Line(name: "G", points: losses.map { ($0.step, $0.generator) }),
    ])
    try write(PNGEncoder.bytes(of: chart.image()), to: lossChart)
  }
}
