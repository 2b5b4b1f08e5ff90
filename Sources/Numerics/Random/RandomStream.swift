/// What random numbers are for. Its raw value is part of every counter: never renumber, only append.
package enum RandomPurpose: UInt32, Sendable {
  case initialization = 1
  case latent = 2
  case fixedLatent = 3
  case deal = 4
  case shuffle = 5
  case augmentation = 6
  case inputNoise = 7
  case dropout = 8
  case labels = 9
  case synthetic = 10
  case evaluation = 11
  /// Where between a real image and a fake the gradient penalty looks.
  case penaltyMix = 12
  /// Which images are held out.
  case validation = 13
  /// Latents of samples that show new ones each time.
  case freshLatent = 14
}

/// The random numbers of one thing, for example of sample 17's latent at step 300, whoever asks and however often.
///
/// The counter is (number of the 128-bit block, sample, step, purpose · 2²⁴ + update); the key is the seed.
package struct RandomStream: Sendable {
  let key: SIMD2<UInt32>
  private(set) var counter: SIMD4<UInt32>
  private var words = SIMD4<UInt32>()
  private var unused = 0

  /// - Parameters:
  ///   - step: the training step, or another index that has the same role (an epoch, a layer).
  ///   - update: which update within the step; below 2²⁴.
  ///   - sample: index in the global batch, or another index below the step.
  package init(seed: UInt64, purpose: RandomPurpose, step: Int = 0, update: Int = 0, sample: Int = 0) {
    precondition((0..<1 << 24).contains(update), "an update's index has 24 bits")
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(
      0, UInt32(truncatingIfNeeded: sample), UInt32(truncatingIfNeeded: step), purpose.rawValue << 24 | UInt32(update))
  }

  package mutating func nextWord() -> UInt32 {
    if unused == 0 {
      words = Philox.block(counter: counter, key: key)
      counter[0] &+= 1
      unused = 4
    }
    unused -= 1
    return words[3 - unused]
  }

  /// Uniform in the open interval (0, 1), on the 2²³ midpoints (k + ½) · 2⁻²³, so that its logarithm is finite.
  package mutating func nextUniform() -> Float {
    (Float(nextWord() >> 9) + 0.5) * 0x1p-23
  }

  /// Uniform in 0 ..< bound, without bias (Lemire 2019, "Fast random integer generation in an interval").
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= 1 << 32, "a bound from 1 to 2³²")
    let bound = UInt64(bound)
    var product = UInt64(nextWord()) * bound
    if UInt32(truncatingIfNeeded: product) < UInt32(truncatingIfNeeded: bound) {
      let threshold = (UInt64(1) << 32 - bound) % bound
      while UInt64(UInt32(truncatingIfNeeded: product)) < threshold { product = UInt64(nextWord()) * bound }
    }
    return Int(product >> 32)
  }
}

extension Array {
  /// A uniformly random order of the elements (Fisher & Yates).
  package func shuffled(by stream: inout RandomStream) -> [Element] {
    var result = self
    for last in stride(from: count - 1, to: 0, by: -1) {
      result.swapAt(last, stream.next(below: last + 1))
    }
    return result
  }
}
