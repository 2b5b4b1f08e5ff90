import ImageIO

extension OutputSettings {
  /// The section `output`.
  init(_ section: SettingSection) {
    folder = section.text("folder", default: "runs")
    let samples = section.section("samples")
    self.samples = Samples(
      every: samples.interval("every", default: .steps(200)),
      count: samples.integer("count", 1...4096, default: 64),
      statistics: samples.choice("batchNorm", default: .batch),
      latents: samples.choice("latents", default: .fixed),
      grid: Grid(
        columns: samples.integer("columns", 1...4096, default: 8),
        padding: samples.integer("padding", 0...256, default: 2),
        range: samples.choice("normalize", default: Grid.Range.fixed)),
      final: samples.integer("final", 0...4096, default: 0),
      afterResume: samples.boolean("afterResume", default: false))
    samples.finish()
    let checkpoints = section.section("checkpoints")
    self.checkpoints = Checkpoints(
      every: checkpoints.interval("every", default: .steps(500)),
      keep: checkpoints.integer("keep", 1...Int.max, default: 3),
      best: checkpoints.choice("best", default: .none))
    checkpoints.finish()
    let log = section.section("log")
    self.log = Log(
      every: log.interval("every", default: .steps(50)),
      format: log.choice("format", default: .standard),
      losses: log.choice("losses", default: .step))
    log.finish()
    onnx = section.choice("onnx", default: .checkpoints)
    tensorboard = section.boolean("tensorboard", default: true)
    section.finish()
  }
}

extension SettingSection {
  /// `200`, `200 steps` or `5 epochs`.
  fileprivate func interval(_ key: String, default fallback: Interval) -> Interval {
    let expected = "a whole number of steps from 1 on, or such as 5 epochs"
    return read(key, expected: expected) { node in
      guard case .scalar(let text, false) = node.content else { return nil }
      let parts = text.split(separator: " ")
      let number = parts.first.flatMap {
        SettingNode(content: .scalar(String($0), isQuoted: false), place: node.place).integer
      }
      guard let number, number > 0 else { return nil }
      switch parts.dropFirst().joined(separator: " ") {
      case "", "step", "steps": return .steps(number)
      case "epoch", "epochs": return .epochs(number)
      default: return nil
      }
    } ?? fallback
  }
}
