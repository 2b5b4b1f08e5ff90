import Numerics

/// Binary cross entropy on logits, max(l, 0) − l·t + ln(1 + e^−|l|), averaged over an image's logits if it has two. G's
/// loss is that of its fakes labelled real (Goodfellow et al. 2014, section 3, the non-saturating form). The form that
/// does not overflow is that of PyTorch's `BCEWithLogitsLoss`.
package struct BinaryCrossEntropy: AdversarialLoss {
  package static let logits = 1...2

  /// D's labels; G's label is always 1, whether D's are smoothed or not.
  package var labels: LabelSpecification
  /// The combination of D's losses on real images and on fakes.
  package var combination: DiscriminatorLoss

  package init(labels: LabelSpecification = .fixed(real: 1, fake: 0), discriminator: DiscriminatorLoss = .sum) {
    self.labels = labels
    combination = discriminator
  }

  package var discriminatorWeight: Double { combination == .mean ? 0.5 : 1 }

  package var constants: [String: Float] {
    guard case .fixed(let real, let fake) = labels else { return [:] }
    return ["labels.real": real, "labels.fake": fake]
  }

  package var withPlainLabels: Self { Self(discriminator: combination) }

  /// The probability of being real: the sigmoid of the last logit.
  package func score(_ image: ImageLogits) -> Double { Elementary.sigmoid(image.last) }

  package func findsReal(_ image: ImageLogits) -> Bool { image.last > (image.count == 2 ? Double(image.values[0]) : 0) }

  package func discriminator(_ image: ImageLogits, isReal: Bool) -> Double { value(image, isReal: isReal, labels) }

  package func generator(_ fake: ImageLogits, real: ImageLogits?) -> Double {
    value(fake, isReal: true, .fixed(real: 1, fake: 0))
  }

  private func value(_ image: ImageLogits, isReal: Bool, _ labels: LabelSpecification) -> Double {
    let target = labels.target(isReal: isReal, image.randomness, logits: image.count)
    var loss = 0.0
    for place in 0..<image.count {
      let logit = Double(image.values[place])
      let wanted = place == image.count - 1 ? target.real : target.fake
      loss += max(logit, 0) - logit * wanted + Elementary.logOnePlusExp(negative: abs(logit))
      image.slopes[place] = (Elementary.sigmoid(logit) - wanted) / Double(image.count)
    }
    return loss / Double(image.count)
  }
}

/// The combination of D's losses on real images and on fakes.
package enum DiscriminatorLoss: String, Hashable, Sendable, CaseIterable {
  case sum, mean
}
