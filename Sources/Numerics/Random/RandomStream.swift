/// The purpose of random numbers. Its raw value is part of every counter: never renumber, only append.
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
  /// The points between real images and fakes at which the gradient penalty is taken.
  case penaltyMix = 12
  /// The choice of held-out images.
  case validation = 13
  /// Latents of samples that are new each time.
  case freshLatent = 14
  /// Differentiable augmentation of D's input.
  case inputAugmentation = 15
}

/// The random numbers of one use, for example of sample 17's latent at step 300: the same on every rank and in every
/// call.
///
/// The counter is (number of the 128-bit block, sample, step, purpose · 2²⁴ + update); the key is the seed.
package struct RandomStream: Sendable {
  let key: SIMD2<UInt32>
  private(set) var counter: SIMD4<UInt32>
  private var words = SIMD4<UInt32>()
  private var unused = 0

  /// - Parameters:
  ///   - step: the training step, or another index in its place (an epoch, a layer).
  ///   - update: index of the update within the step; below 2²⁴.
  ///   - sample: index in the global batch, or another index within the step.
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

/// Philox 4×32-10: a counter-based generator, so that a number depends on its key and counter alone and no rank keeps a
/// state. Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3.
package enum Philox {
  /// The 128 random bits at `counter` of the stream `key`.
  package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var x = counter
    var k = key
    for round in 0..<10 {
      if round > 0 { k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }  // the Weyl sequences of the golden ratio and √3 − 1
      let first = UInt64(x[0]) * 0xD251_1F53
      let second = UInt64(x[2]) * 0xCD9E_8D57
      x = SIMD4(
        UInt32(truncatingIfNeeded: second >> 32) ^ x[1] ^ k[0], UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ x[3] ^ k[1], UInt32(truncatingIfNeeded: first))
    }
    return x
  }
}
