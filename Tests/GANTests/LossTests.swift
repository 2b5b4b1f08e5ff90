import GAN
import Numerics
import Testing

/// Each loss image by image: known values, and derivatives against central differences.
@Suite struct LossTests {
  private static let losses: [LossSpecification] = [
    .binaryCrossEntropy(), .binaryCrossEntropy(.init(labels: .fixed(real: 0.9, fake: 0.1), discriminator: .mean)),
    .hinge(), .leastSquares(), .relativistic(), .wasserstein(), .wassersteinPenalty(),
  ]

  /// One pair of images with one logit each: D's two terms and G's loss, with their derivatives.
  private struct Pair {
    var losses: (real: Double, fake: Double, generator: Double)
    /// Of D's sum with respect to the real image's logit and the fake's, and of G's loss with respect to the fake's.
    var slopes: (real: Double, fake: Double, generator: Double)

    init(_ specification: LossSpecification, real: Float, fake: Float) {
      let loss = specification.loss
      var (ofReal, ofFake, ofGenerator, unused) = (0.0, 0.0, 0.0, 0.0)
      (losses, slopes) = withUnsafePointer(to: real) { real in
        withUnsafePointer(to: fake) { fake in
          let onto = loss.discriminator(
            real: ImageLogits(values: real, count: 1, slopes: &ofReal),
            fake: ImageLogits(values: fake, count: 1, slopes: &ofFake))
          let onto2 = loss.generator(
            ImageLogits(values: fake, count: 1, slopes: &ofGenerator),
            real: ImageLogits(values: real, count: 1, slopes: &unused))
          return ((onto.real, onto.fake, onto2), (ofReal, ofFake, ofGenerator))
        }
      }
    }
  }

  /// Values of the definitions at logits 2 and −3 of a real image and a fake, and the other way round.
  @Test func knownValues() {
    func expect(_ loss: LossSpecification, _ real: Float, _ fake: Float, _ truth: (Double, Double, Double)) {
      let found = Pair(loss, real: real, fake: fake).losses
      for (found, truth) in [(found.real, truth.0), (found.fake, truth.1), (found.generator, truth.2)] {
        #expect(abs(found - truth) < 1e-12, "\(loss): \(found), expected \(truth)")
      }
    }
    expect(.hinge(), 2, -3, (0, 0, 3))
    expect(.hinge(), -3, 2, (4, 3, -2))
    expect(.leastSquares(), 2, -3, (0.5, 4.5, 8))
    expect(.wasserstein(), 2, -3, (-2, -3, 3))
    // ln(1 + e^−5) and ln(1 + e^5).
    let (small, large) = (0.006715348489118, 5.006715348489118)
    expect(.relativistic(), 2, -3, (small / 2, small / 2, large))
    expect(.relativistic(), -3, 2, (large / 2, large / 2, small))
    // ln(1 + e^−2), ln(1 + e^−3), and ln(1 + e^3).
    expect(.binaryCrossEntropy(), 2, -3, (0.126928011042972, 0.048587351573742, 3.048587351573742))
  }

  /// Logits are multiples of 1/8 other than 0, 1 and −1, the kinks of a hinge.
  @Test(arguments: losses)
  func derivativesAreCentralDifferences(_ loss: LossSpecification) {
    let step: Float = 1 / 1024
    for real in stride(from: Float(-2.125), to: 2.2, by: 0.75) {
      for fake in stride(from: Float(-2.375), to: 2.4, by: 0.75) {
        func slope(_ value: (Pair) -> Double, _ real: Float, _ fake: Float, movesReal: Bool) -> Double {
          let (ahead, back) = [step, -step].map { move in
            value(Pair(loss, real: movesReal ? real + move : real, fake: movesReal ? fake : fake + move))
          }.pair
          return (ahead - back) / Double(2 * step)
        }
        let found = Pair(loss, real: real, fake: fake).slopes
        let sum: (Pair) -> Double = { $0.losses.real + $0.losses.fake }
        let truth = (
          slope(sum, real, fake, movesReal: true), slope(sum, real, fake, movesReal: false),
          slope(\.losses.generator, real, fake, movesReal: false)
        )
        // A third derivative of at most 1 gives an error of step² / 6 = 1.6e-7; sigmoid and logarithm add about 1e-15 /
        // step.
        for (found, truth) in [(found.real, truth.0), (found.fake, truth.1), (found.generator, truth.2)] {
          #expect(abs(found - truth) < 2e-7, "\(loss) at \(real), \(fake): \(found), by differences \(truth)")
        }
      }
    }
  }

  /// A loss of pairs has no value on single images; every other loss has.
  @Test(arguments: losses)
  func imagesByThemselves(_ loss: LossSpecification) {
    let logit: Float = 0.5
    var slope = 0.0
    let value = withUnsafePointer(to: logit) {
      loss.loss.discriminator(ImageLogits(values: $0, count: 1, slopes: &slope), isReal: true)
    }
    #expect(value.isNaN == loss.loss.comparesPairs)
  }
}

extension Array {
  fileprivate var pair: (Element, Element) { (self[0], self[1]) }
}
