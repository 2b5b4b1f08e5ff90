import GAN

extension TrainSettings {
  /// The section `train`.
  init(_ section: SettingSection) {
    batch = section.integer("batch", 1...1_048_576, default: 128)
    shards = section.automaticOrCount("shards", 1...1_048_576)
    steps = section.optionalInteger("steps", 1...Int.max)
    epochs = section.optionalInteger("epochs", 1...Int.max)
    (labels, discriminatorLoss) = section.loss()
    noise = section.choice("noise", default: .reuse)
    let optimizers = section.section("optimizer")
    generator = optimizers.adam("generator")
    discriminator = optimizers.adam("discriminator")
    optimizers.finish()
    section.checkUpdates()
    inputNoise = section.number("inputNoise", .nonNegative, default: 0)
    section.finish()
    if section.isGroup, section.present("steps") == nil, section.present("epochs") == nil {
      section.report("steps", "found neither steps nor epochs, expected one at least. Add train.epochs, for example.")
    }
  }
}

extension SettingSection {
  fileprivate func loss() -> (LabelSpecification, DiscriminatorLoss) {
    let loss = section("loss")
    defer { loss.finish() }
    _ = loss.choice("kind", default: LossKind.bce, later: ["wgan", "wganGP", "hinge", "leastSquares"])
    let combination = loss.choice("discriminator", default: DiscriminatorLoss.sum)
    let smoothing = loss.section("smoothing")
    defer { smoothing.finish() }
    switch smoothing.choice("kind", default: SmoothingKind.fixed) {
    case .fixed:
      return (
        .fixed(
          real: smoothing.number("real", .fraction, default: 1), fake: smoothing.number("fake", .fraction, default: 0)),
        combination
      )
    case .random: return (.random(amplitude: smoothing.number("amplitude", .fraction, default: 0.2)), combination)
    }
  }

  fileprivate func adam(_ key: String) -> AdamSpecification {
    let section = section(key)
    defer { section.finish() }
    let standard = AdamSpecification()
    let kind = section.choice("kind", default: OptimizerKind.adam)
    let betas = section.read("betas", expected: "two numbers from 0 to below 1, such as [0.5, 0.999]") { node in
      node.list { $0.number(Double.self) }.flatMap { $0.count == 2 && $0.allSatisfy { 0..<1 ~= $0 } ? $0 : nil }
    }
    return AdamSpecification(
      learningRate: section.number("learningRate", .positiveToOne, default: standard.learningRate),
      beta1: betas?[0] ?? standard.beta1, beta2: betas?[1] ?? standard.beta2,
      epsilon: section.number("epsilon", .positiveToOne, default: standard.epsilon),
      weightDecay: section.number("weightDecay", .nonNegative, default: standard.weightDecay),
      isDecoupled: kind == .adamW)
  }

  fileprivate func checkUpdates() {
    let updates = section("updates")
    for key in ["discriminator", "generator"] {
      let count = updates.integer(key, 1...1000, default: 1)
      if count != 1 { updates.reportLater(key, "\(count)", accepted: ["1"]) }
    }
    updates.finish()
  }
}

private enum LossKind: String, CaseIterable {
  case bce
}

private enum SmoothingKind: String, CaseIterable {
  case fixed, random
}

private enum OptimizerKind: String, CaseIterable {
  /// Weight decay through the gradient, or by itself.
  case adam, adamW
}
