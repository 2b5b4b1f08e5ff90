import Tensor

/// A loss of single samples. Each kind is a file of its own in this folder; `LossSpecification.sampleLoss` names them.
package protocol SampleLoss: Sendable {
  /// Whether D may have this many logits.
  static func accepts(logits: Int) -> Bool

  /// Judges one sample.
  ///
  /// - Parameters:
  ///   - logits: D's, `count` of them; the last one speaks for real.
  ///   - stream: the sample's random numbers, for labels that are random.
  ///   - gradient: where the derivative of the loss by each logit goes.
  func judge(
    _ logits: UnsafePointer<Float>, count: Int, _ label: Label, _ stream: RandomStream?,
    gradient: UnsafeMutablePointer<Double>
  ) -> SampleOpinion
}

/// What D says of one sample.
package struct SampleOpinion {
  package let loss: Double
  /// How real D finds it.
  package let score: Double
}

extension LossSpecification {
  /// The loss of one sample.
  package var sampleLoss: any SampleLoss {
    switch self {
    case .binaryCrossEntropy: BinaryCrossEntropy()
    case .wasserstein, .wassersteinPenalty: WassersteinLoss()
    }
  }

  /// Of D's losses on real images and on fakes in their sum.
  var discriminatorWeight: Double {
    if case .binaryCrossEntropy(_, .mean) = self { 0.5 } else { 1 }
  }
}
