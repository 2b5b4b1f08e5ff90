import Numerics

/// The losses of D and G, image by image. Each kind has its own file in this folder; `LossSpecification` lists them.
///
/// D's loss takes the logits of a real image and of the fake with the same index in the batch. Both are in the same
/// shard, so that losses that compare them (Jolicoeur-Martineau 2018, "relativistic") need no messages. G's loss takes
/// the logits of a fake and, if `comparesPairs`, those of the real image with the same index. A loss over the batch is
/// the mean over its images.
package protocol AdversarialLoss: Hashable, Sendable {
  /// The numbers of logits per image that it supports.
  static var logits: ClosedRange<Int> { get }

  /// Whether it compares real images with fakes. If so, D has no loss on single images, and G's loss takes D's logits
  /// of real images.
  var comparesPairs: Bool { get }
  /// The factor of D's losses on real images and on fakes in their sum.
  var discriminatorWeight: Double { get }
  /// D's parameters are clipped to ± this after each update; nil for no clipping.
  var parameterBound: Float? { get }
  /// The weight λ of the gradient penalty; nil for no penalty.
  var gradientPenalty: Float? { get }
  /// The loss's constants, for a replay in another framework.
  var constants: [String: Float] { get }
  /// The same loss without label smoothing, to evaluate a trained model.
  var withPlainLabels: Self { get }

  /// D's score of an image, for D(x) and D(G(z)) in logs; higher for real.
  func score(_ image: ImageLogits) -> Double

  /// Whether D classifies an image as real.
  func findsReal(_ image: ImageLogits) -> Bool

  /// D's loss on a single image, and its derivatives; NaN if `comparesPairs`.
  func discriminator(_ image: ImageLogits, isReal: Bool) -> Double

  /// D's loss on a real image and a fake, as two terms of a sum, and its derivatives.
  func discriminator(real: ImageLogits, fake: ImageLogits) -> (real: Double, fake: Double)

  /// G's loss on a fake, and its derivatives by the fake's logits.
  ///
  /// - Parameter real: if `comparesPairs`, D's logits of the real image, which do not depend on G.
  func generator(_ fake: ImageLogits, real: ImageLogits?) -> Double
}

extension AdversarialLoss {
  package var comparesPairs: Bool { false }
  package var discriminatorWeight: Double { 1 }
  package var parameterBound: Float? { nil }
  package var gradientPenalty: Float? { nil }
  package var constants: [String: Float] { [:] }
  package var withPlainLabels: Self { self }

  /// The logit itself.
  package func score(_ image: ImageLogits) -> Double { image.last }

  package func findsReal(_ image: ImageLogits) -> Bool { image.last > 0 }

  /// The losses on the single images.
  package func discriminator(real: ImageLogits, fake: ImageLogits) -> (real: Double, fake: Double) {
    (discriminator(real, isReal: true), discriminator(fake, isReal: false))
  }
}

/// D's logits of one image.
package struct ImageLogits {
  /// `count` logits; the last one is that of real.
  let values: UnsafePointer<Float>
  let count: Int
  /// Receives the derivative of the loss with respect to each logit.
  let slopes: UnsafeMutablePointer<Double>
  /// The image's random numbers; nil if nothing is random.
  let randomness: RandomStream?

  package init(
    values: UnsafePointer<Float>, count: Int, slopes: UnsafeMutablePointer<Double>, randomness: RandomStream? = nil
  ) {
    (self.values, self.count, self.slopes, self.randomness) = (values, count, slopes, randomness)
  }

  package var last: Double { Double(values[count - 1]) }
}
