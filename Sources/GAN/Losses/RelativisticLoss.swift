import Numerics

/// Relativistic pairing: with d = D(x) − D(G(z)) of a real image and the fake with the same index, D minimizes E[ln(1 +
/// e^−d)] and G E[ln(1 + e^d)] (Jolicoeur-Martineau 2018, arXiv 1807.00734; Huang et al. 2025, arXiv 2501.05441).
package struct RelativisticLoss: AdversarialLoss {
  package static let logits = 1...1

  package init() {}

  package var comparesPairs: Bool { true }

  /// A single image has no loss.
  package func discriminator(_ image: ImageLogits, isReal: Bool) -> Double {
    image.slopes[0] = 0
    return .nan
  }

  /// Assigns half of the loss to the real image, half to the fake.
  package func discriminator(real: ImageLogits, fake: ImageLogits) -> (real: Double, fake: Double) {
    let difference = real.last - fake.last
    let loss = softplus(-difference)
    real.slopes[0] = -Elementary.sigmoid(-difference)
    fake.slopes[0] = -real.slopes[0]
    return (loss / 2, loss / 2)
  }

  package func generator(_ fake: ImageLogits, real: ImageLogits?) -> Double {
    guard let real else { preconditionFailure("a relativistic loss compares with real images") }
    let difference = real.last - fake.last
    fake.slopes[0] = -Elementary.sigmoid(difference)
    return softplus(difference)
  }

  /// ln(1 + e^x) in the form that does not overflow.
  private func softplus(_ x: Double) -> Double { max(x, 0) + Elementary.logOnePlusExp(negative: abs(x)) }
}
