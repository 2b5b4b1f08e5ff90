import GAN

private enum OptimizerKind: String, CaseIterable {
  case adam, adamW, rmsprop

  init(_ optimizer: OptimizerSpecification) {
    self =
      switch optimizer {
      case .adam: .adam
      case .adamW: .adamW
      case .rmsprop: .rmsprop
      }
  }

  /// The optimizer of `kind` with its defaults.
  var plain: OptimizerSpecification {
    switch self {
    case .adam: .adam()
    case .adamW: .adamW()
    case .rmsprop: .rmsprop()
    }
  }
}

extension OptimizerSpecification {
  /// The keys of one network in `train.optimizer`.
  mutating func declare(_ keys: any SettingKeys) {
    var kind = OptimizerKind(self)
    keys.value("kind", &kind, .choice, "adamW decays weights apart from the gradient; rmsprop has no momentum.")
    if kind != OptimizerKind(self) { self = kind.plain }
    switch self {
    case .adam(var own):
      own.declare(keys)
      self = .adam(own)
    case .adamW(var own):
      own.adam.declare(keys)
      self = .adamW(own)
    case .rmsprop(var own):
      own.declare(keys)
      self = .rmsprop(own)
    }
  }
}

extension Adam {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    var betas = [beta1, beta2]
    declareOptimizer(keys, &learningRate, &betas, &weightDecay, &epsilon)
    (beta1, beta2) = (betas[0], betas[1])
  }
}

extension RMSprop {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    var betas = [0, smoothing]
    declareOptimizer(keys, &learningRate, &betas, &weightDecay, &epsilon)
    smoothing = betas[1]
    keys.check { section in
      guard betas[0] != 0 else { return }
      section.report("betas", "found \(shortest(betas[0])) as the first, expected 0: RMSprop has no momentum.")
    }
  }
}

/// The keys common to all kinds.
private func declareOptimizer(
  _ keys: any SettingKeys, _ learningRate: inout Double, _ betas: inout [Double], _ weightDecay: inout Double,
  _ epsilon: inout Double
) {
  keys.value("learningRate", &learningRate, .number(.positiveToOne), "Learning rate.")
  keys.value("betas", &betas, .betas, "Decay rates of the exponential averages of the gradients and of their squares.")
  keys.value("weightDecay", &weightDecay, .number(.nonNegative), "Strength of the decay of weights towards 0.")
  keys.value("epsilon", &epsilon, .number(.positiveToOne), "Added to the square root of the average of squares.")
}

extension SettingKind where Value == [Double] {
  fileprivate static var betas: Self {
    Self("two numbers from 0 to below 1, such as [0.5, 0.999]") { node in
      node.list { $0.number(Double.self) }.flatMap { $0.count == 2 && $0.allSatisfy { 0..<1 ~= $0 } ? $0 : nil }
    } text: {
      "[\(shortest($0[0])), \(shortest($0[1]))]"
    }
  }
}
