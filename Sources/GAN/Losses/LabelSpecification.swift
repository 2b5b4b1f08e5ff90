import Numerics

/// D's labels.
package enum LabelSpecification: Hashable, Sendable {
  /// The same for all images: the probability of being real (Salimans et al. 2016, section 3.4).
  case fixed(real: Float, fake: Float)
  /// Drawn for each image: 1 − amplitude · u for its own class, amplitude · u′ for the other, u and u′ uniform in (0,
  /// 1). Two logits' labels are divided by their sum. One logit's label is 1 − amplitude · u if real, amplitude · u if
  /// fake.
  case random(amplitude: Float)

  /// The target probabilities of fake and of real, which sum to 1.
  ///
  /// - Parameters:
  ///   - isReal: whether the image is real.
  ///   - stream: the image's random numbers, for random labels.
  ///   - logits: 1, that of real alone, or 2.
  func target(isReal: Bool, _ stream: RandomStream?, logits: Int) -> (fake: Double, real: Double) {
    switch self {
    case .fixed(let real, let fake):
      let wanted = Double(isReal ? real : fake)
      return (1 - wanted, wanted)
    case .random(let amplitude):
      guard var stream else { preconditionFailure("random labels need the pass's randomness") }
      let own = 1 - Double(amplitude) * Double(stream.nextUniform())
      let other = Double(amplitude) * Double(stream.nextUniform())
      let sum = logits == 2 ? own + other : 1
      let (right, wrong) = logits == 2 ? (own / sum, other / sum) : (own, 1 - own)
      return isReal ? (wrong, right) : (right, wrong)
    }
  }
}
