import Tensor

/// What the samples of a group are, and what their logits should say.
package struct Label: Sendable {
  package let isReal: Bool
  private let smoothing: LabelSpecification

  /// - Parameter smoothing: without it the label is the plain 1 or 0.
  package init(isReal: Bool, _ smoothing: LabelSpecification = .fixed(real: 1, fake: 0)) {
    self.isReal = isReal
    self.smoothing = smoothing
  }

  /// The wanted probabilities of being fake and of being real, which sum to 1.
  ///
  /// - Parameters:
  ///   - stream: the sample's, for labels that are random.
  ///   - logits: 1, which tells of real alone, or 2.
  func target(_ stream: RandomStream?, logits: Int) -> (fake: Double, real: Double) {
    switch smoothing {
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
