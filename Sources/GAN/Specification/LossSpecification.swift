/// What D and G descend on.
package enum LossSpecification: Hashable, Sendable {
  /// Goodfellow et al. 2014, with the generator's non-saturating loss.
  case binaryCrossEntropy(
    labels: LabelSpecification = .fixed(real: 1, fake: 0), discriminator: DiscriminatorLoss = .sum)
  /// Arjovsky, Chintala & Bottou 2017, algorithm 1: after each update the critic's parameters are clipped to ±`clip`.
  case wasserstein(clip: Float)
  /// Gulrajani et al. 2017, algorithm 1: a critic whose gradient is drawn to length 1 between real and fake pictures;
  /// `penalty` is the weight λ.
  case wassersteinPenalty(weight: Float)

  /// Labels that D learns.
  package var labels: LabelSpecification {
    if case .binaryCrossEntropy(let labels, _) = self { labels } else { .fixed(real: 1, fake: 0) }
  }

  /// What D's parameters are clipped to after each update.
  var clip: Float? {
    if case .wasserstein(let clip) = self { clip } else { nil }
  }

  /// Whether D is a critic, which gives scores without bounds instead of probabilities.
  package var isWasserstein: Bool {
    if case .binaryCrossEntropy = self { false } else { true }
  }
}

/// The labels that D learns to answer; G always wants 1, smoothed or not.
package enum LabelSpecification: Hashable, Sendable {
  /// The same for all samples: the probability of being real (Salimans et al. 2016, section 3.4).
  case fixed(real: Float, fake: Float)
  /// Drawn for each sample: its own class 1 − amplitude · u, the other amplitude · u′, u and u′ uniform in (0, 1). Two
  /// logits' labels are divided by their sum; one logit's is that of real.
  case random(amplitude: Float)
}

/// How D's losses on real images and on fakes make one.
package enum DiscriminatorLoss: String, Hashable, Sendable, CaseIterable {
  case sum, mean
}
