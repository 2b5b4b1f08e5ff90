import Numerics

/// What D and G minimize, image by image. Each kind is a file of its own in this folder; `LossSpecification` names them.
///
/// D's part gets its logits of a real image and of a fake, which share a place in the batch and so a shard: losses that
/// compare the two (Jolicoeur-Martineau 2018, "relativistic") send nothing. G's part gets those of a fake and, where
/// `comparesPairs`, those of the real image at its place. A loss over the batch is the mean over its images.
package protocol AdversarialLoss: Hashable, Sendable {
  /// How many logits of an image it takes.
  static var logits: ClosedRange<Int> { get }

  /// Whether it compares real images with fakes. Then D has no loss on images by themselves, and G's part takes D's logits
  /// of real images.
  var comparesPairs: Bool { get }
  /// The factor of D's losses on real images and on fakes in what D minimizes.
  var discriminatorWeight: Double { get }
  /// D's parameters are clipped to ± this after each update; nil where they are not.
  var parameterBound: Float? { get }
  /// The weight λ of the gradient penalty; nil where there is none.
  var gradientPenalty: Float? { get }
  /// The numbers that a replay in another framework needs, beside those of the kind.
  var constants: [String: Float] { get }
  /// The same loss without label smoothing, to judge a finished model by.
  var withPlainLabels: Self { get }

  /// How real D finds an image: for D(x) and D(G(z)) in logs.
  func score(_ image: ImageLogits) -> Double

  /// Whether D takes an image for a real one.
  func findsReal(_ image: ImageLogits) -> Bool

  /// D's loss on one image by itself, and its derivatives; NaN where `comparesPairs`.
  func discriminator(_ image: ImageLogits, isReal: Bool) -> Double

  /// D's loss on a real image and a fake, as two terms of a sum, and its derivatives.
  func discriminator(real: ImageLogits, fake: ImageLogits) -> (real: Double, fake: Double)

  /// G's loss on a fake, and its derivatives by the fake's logits.
  ///
  /// - Parameter real: where `comparesPairs`, D's logits of the real image, which G has no influence on.
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

  /// Each by itself.
  package func discriminator(real: ImageLogits, fake: ImageLogits) -> (real: Double, fake: Double) {
    (discriminator(real, isReal: true), discriminator(fake, isReal: false))
  }
}

/// D's logits of one image.
package struct ImageLogits {
  /// `count` of them; the last one speaks for real.
  let values: UnsafePointer<Float>
  let count: Int
  /// Where the derivative of the loss by each logit goes.
  let slopes: UnsafeMutablePointer<Double>
  /// The image's random numbers; nil where nothing is to be random.
  let randomness: RandomStream?

  package init(
    values: UnsafePointer<Float>, count: Int, slopes: UnsafeMutablePointer<Double>, randomness: RandomStream? = nil
  ) {
    (self.values, self.count, self.slopes, self.randomness) = (values, count, slopes, randomness)
  }

  package var last: Double { Double(values[count - 1]) }
}
