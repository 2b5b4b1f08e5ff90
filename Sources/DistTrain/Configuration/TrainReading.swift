import GAN

extension TrainSettings {
  /// The section `train`.
  init(_ section: SettingSection) {
    batch = section.integer("batch", 1...1_048_576, default: 128)
    shards = section.automaticOrCount("shards", 1...1_048_576)
    steps = section.optionalInteger("steps", 1...Int.max)
    epochs = section.optionalInteger("epochs", 1...Int.max)
    loss = section.loss()
    noise = section.choice("noise", default: .reuse)
    updates = section.updates()
    generatorStatistics = section.choice("generatorStatistics", default: .once)
    let optimizers = section.section("optimizer")
    generator = optimizers.adam("generator")
    discriminator = optimizers.adam("discriminator")
    optimizers.finish()
    inputNoise = section.number("inputNoise", .nonNegative, default: 0)
    section.finish()
    if noise == .reuse, updates != .oneEach {
      section.report(
        "noise",
        "found reuse beside \(updates.discriminator) and \(updates.generator) updates, expected fresh: only where each "
          + "network is updated once can G learn from D's fakes.")
    }
    if noise == .fresh, generatorStatistics == .eachUpdate {
      section.report(
        "generatorStatistics", "found eachUpdate beside noise: fresh, expected once: G makes fakes for each update.")
    }
    if section.isGroup, section.present("steps") == nil, section.present("epochs") == nil {
      section.report("steps", "found neither steps nor epochs, expected one at least. Add train.epochs, for example.")
    }
  }
}

extension SettingSection {
  fileprivate func loss() -> LossSpecification {
    let loss = section("loss")
    defer { loss.finish() }
    let kind = loss.choice("kind", default: LossKind.bce)
    if kind != .bce {
      for key in ["smoothing", "discriminator"] where loss.node(key) != nil {
        loss.report(key, "found beside \(kind.rawValue), whose critic has no labels, expected it beside bce.")
      }
    }
    for (key, owner) in [("clip", LossKind.wgan), ("penalty", .wganGP)] where kind != owner && loss.node(key) != nil {
      loss.report(key, "found beside \(kind.rawValue), expected it beside \(owner.rawValue).")
    }
    switch kind {
    case .bce:
      let combination = loss.choice("discriminator", default: DiscriminatorLoss.sum)
      return .binaryCrossEntropy(labels: loss.section("smoothing").labels(), discriminator: combination)
    case .wgan: return .wasserstein(clip: loss.number("clip", .positive, default: 0.01))
    case .wganGP: return .wassersteinPenalty(weight: loss.number("penalty", .positive, default: 10))
    }
  }

  private func labels() -> LabelSpecification {
    defer { finish() }
    switch choice("kind", default: SmoothingKind.fixed) {
    case .fixed:
      return .fixed(real: number("real", .fraction, default: 1), fake: number("fake", .fraction, default: 0))
    case .random: return .random(amplitude: number("amplitude", .fraction, default: 0.2))
    }
  }

  fileprivate func adam(_ key: String) -> AdamSpecification {
    let section = section(key)
    defer { section.finish() }
    let kind = section.choice("kind", default: OptimizerKind.adam)
    let standard = kind == .rmsprop ? AdamSpecification(kind, beta1: 0, beta2: 0.99) : AdamSpecification(kind)
    let betas = section.read("betas", expected: "two numbers from 0 to below 1, such as [0.5, 0.999]") { node in
      node.list { $0.number(Double.self) }.flatMap { $0.count == 2 && $0.allSatisfy { 0..<1 ~= $0 } ? $0 : nil }
    }
    if kind == .rmsprop, let first = betas?[0], first != 0 {
      section.report("betas", "found \(shortest(first)) as the first, expected 0: RMSprop has no momentum.")
    }
    return AdamSpecification(
      kind,
      learningRate: section.number("learningRate", .positiveToOne, default: standard.learningRate),
      beta1: betas?[0] ?? standard.beta1, beta2: betas?[1] ?? standard.beta2,
      epsilon: section.number("epsilon", .positiveToOne, default: standard.epsilon),
      weightDecay: section.number("weightDecay", .nonNegative, default: standard.weightDecay))
  }

  fileprivate func updates() -> UpdateCounts {
    let updates = section("updates")
    defer { updates.finish() }
    return UpdateCounts(
      discriminator: updates.integer("discriminator", 1...1000, default: 1),
      generator: updates.integer("generator", 1...1000, default: 1))
  }
}

private enum LossKind: String, CaseIterable {
  case bce, wgan, wganGP
}

private enum SmoothingKind: String, CaseIterable {
  case fixed, random
}
