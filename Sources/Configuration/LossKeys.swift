import GAN

private enum LossKind: String, CaseIterable {
  case bce, hinge, leastSquares, relativistic, wgan, wganGP

  init(_ loss: LossSpecification) {
    self =
      switch loss {
      case .binaryCrossEntropy: .bce
      case .hinge: .hinge
      case .leastSquares: .leastSquares
      case .relativistic: .relativistic
      case .wasserstein: .wgan
      case .wassersteinPenalty: .wganGP
      }
  }
}

extension LossSpecification {
  /// The keys of `train.loss`.
  mutating func declare(_ keys: any SettingKeys) {
    var kind = LossKind(self)
    var (entropy, clipped, penalized) = (BinaryCrossEntropy(), WassersteinLoss(), WassersteinPenaltyLoss())
    switch self {
    case .binaryCrossEntropy(let own): entropy = own
    case .wasserstein(let own): clipped = own
    case .wassersteinPenalty(let own): penalized = own
    case .hinge, .leastSquares, .relativistic: break
    }
    keys.value(
      "kind", &kind, .choice,
      "Cross-entropy on logits, a hinge, least squares, pairs compared, or a critic, clipped or with a gradient penalty."
    )
    keys.only(
      where: kind == .bce, "with loss.kind: bce",
      refusal: "found beside \(kind.rawValue), which has no labels to set, expected it beside bce."
    ) { keys in
      keys.value(
        "discriminator", &entropy.combination, .choice,
        "Whether D's losses on real images and fakes are added or averaged.")
      keys.group("smoothing", "Labels for D other than 1 and 0.") { entropy.labels.declare($0) }
    }
    keys.only(beside: .wgan, kind) { keys in
      keys.value("clip", &clipped.clip, .number(.positive), "D's parameters are clipped to ± this after each update.")
    }
    keys.only(beside: .wganGP, kind) { keys in
      keys.value("penalty", &penalized.weight, .number(.positive), "Weight of the gradient penalty.")
    }
    self =
      switch kind {
      case .bce: .binaryCrossEntropy(entropy)
      case .hinge: .hinge()
      case .leastSquares: .leastSquares()
      case .relativistic: .relativistic()
      case .wgan: .wasserstein(clipped)
      case .wganGP: .wassersteinPenalty(penalized)
      }
  }
}

extension SettingKeys {
  /// The keys of one kind of loss.
  fileprivate func only(beside owner: LossKind, _ kind: LossKind, _ body: (any SettingKeys) -> Void) {
    only(
      where: kind == owner, "with loss.kind: \(owner.rawValue)",
      refusal: "found beside \(kind.rawValue), expected it beside \(owner.rawValue).", body)
  }
}

extension LabelSpecification {
  private enum Kind: String, CaseIterable {
    case fixed, random
  }

  fileprivate mutating func declare(_ keys: any SettingKeys) {
    var (kind, real, fake, amplitude) = (Kind.fixed, Float(1), Float(0), Float(0.2))
    switch self {
    case .fixed(let ownReal, let ownFake): (kind, real, fake) = (.fixed, ownReal, ownFake)
    case .random(let own): (kind, amplitude) = (.random, own)
    }
    keys.value("kind", &kind, .choice, "The same label for all images, or a random one for each.")
    keys.only(
      where: kind == .fixed, "with smoothing.kind: fixed", refusal: "found beside random, expected it beside fixed."
    ) { keys in
      keys.value("real", &real, .number(.fraction), "The label of real images.")
      keys.value("fake", &fake, .number(.fraction), "The label of fakes.")
    }
    keys.only(
      where: kind == .random, "with smoothing.kind: random", refusal: "found beside fixed, expected it beside random."
    ) { keys in
      keys.value("amplitude", &amplitude, .number(.fraction), "Largest deviation of a label.")
    }
    self = kind == .fixed ? .fixed(real: real, fake: fake) : .random(amplitude: amplitude)
  }
}
