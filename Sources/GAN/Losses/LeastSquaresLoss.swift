import Numerics

/// Least squares with labels 1 and 0: D minimizes ½ E[(D(x) − 1)²] + ½ E[D(G(z))²], G ½ E[(D(G(z)) − 1)²] (Mao et al.
/// 2017, arXiv 1611.04076, equation 9).
package struct LeastSquaresLoss: AdversarialLoss {
  package static let logits = 1...1

  package init() {}

  /// Whether the label 1 is the nearer one.
  package func findsReal(_ image: ImageLogits) -> Bool { image.last > 0.5 }

  package func discriminator(_ image: ImageLogits, isReal: Bool) -> Double { value(image, label: isReal ? 1 : 0) }

  package func generator(_ fake: ImageLogits, real: ImageLogits?) -> Double { value(fake, label: 1) }

  private func value(_ image: ImageLogits, label: Double) -> Double {
    let difference = image.last - label
    image.slopes[0] = difference
    return difference * difference / 2
  }
}
