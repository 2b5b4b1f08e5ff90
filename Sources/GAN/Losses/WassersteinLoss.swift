import Numerics

/// The Wasserstein loss: E[D(G(z))] − E[D(x)] for the critic, −E[D(G(z))] for G (Arjovsky, Chintala & Bottou 2017,
/// equation 2). The critic's parameters are clipped (algorithm 1).
package struct WassersteinLoss: CriticLoss {
  package static let logits = 1...1

  /// The critic's parameters are clipped to ± this after each update.
  package var clip: Float

  package init(clip: Float = 0.01) { self.clip = clip }

  package var parameterBound: Float? { clip }
}

/// The same with a gradient penalty instead of clipping, which drives the norm of the critic's gradient to 1 between
/// real images and fakes (Gulrajani et al. 2017, algorithm 1).
package struct WassersteinPenaltyLoss: CriticLoss {
  package static let logits = 1...1

  /// λ.
  package var weight: Float

  package init(weight: Float = 10) { self.weight = weight }

  package var gradientPenalty: Float? { weight }
}

/// A loss whose D is a critic: its output is an unbounded score instead of a probability.
package protocol CriticLoss: AdversarialLoss {}

extension CriticLoss {
  package func discriminator(_ image: ImageLogits, isReal: Bool) -> Double {
    image.slopes[0] = isReal ? -1 : 1
    return image.slopes[0] * image.last
  }

  package func generator(_ fake: ImageLogits, real: ImageLogits?) -> Double { discriminator(fake, isReal: true) }
}
