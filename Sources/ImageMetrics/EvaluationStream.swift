import Numerics

/// The uses of random numbers of the purpose `.evaluation`: the update of their `RandomStream`.
enum EvaluationStream: Int {
  /// Where the patches of the first set of images are; the level is the step, the image the sample.
  case placesInFirst = 0
  case placesInSecond = 1
  /// The level is the step, the direction the sample.
  case directions = 2
  /// The set of images is the step, the pair the sample.
  case pairs = 3

  func random(seed: UInt64, step: Int, sample: Int) -> RandomStream {
    RandomStream(seed: seed, purpose: .evaluation, step: step, update: rawValue, sample: sample)
  }
}
