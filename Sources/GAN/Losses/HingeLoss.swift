import Numerics

/// The hinge loss: D minimizes E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))], G −E[D(G(z))] (Lim & Ye 2017, arXiv
/// 1705.02894; Miyato et al. 2018, equations 16 and 17). At the kink the derivative is 0, as in PyTorch's `relu`.
package struct HingeLoss: AdversarialLoss {
  package static let logits = 1...1

  package init() {}

  package func discriminator(_ image: ImageLogits, isReal: Bool) -> Double {
    let sign: Double = isReal ? 1 : -1
    let short = 1 - sign * image.last
    image.slopes[0] = short > 0 ? -sign : 0
    return max(0, short)
  }

  package func generator(_ fake: ImageLogits, real: ImageLogits?) -> Double {
    fake.slopes[0] = -1
    return -fake.last
  }
}
