import Glibc
import Numerics
import Testing

/// Elementary functions against glibc's, which are correct to less than one unit in the last place, or two units of
/// roundoff. The other units of each bound are the roundings of the project's own functions.
@Suite struct ElementaryTests {
  private func units(_ count: Double) -> Double { count * 0x1p-53 }

  private func worst(_ inputs: [Double], _ found: (Double) -> Double, _ truth: (Double) -> Double) -> Double {
    inputs.map { input in
      let (found, truth) = (found(input), truth(input))
      return truth == 0 ? abs(found) : abs(found - truth) / abs(truth)
    }.max()!
  }

  private func sweep(_ from: Double, _ to: Double, _ count: Int = 100_001) -> [Double] {
    (0..<count).map { from + (to - from) * Double($0) / Double(count - 1) }
  }

  @Test func exponential() {
    let near = worst(sweep(-1, 1), Elementary.exp, Glibc.exp)
    let far = worst(sweep(-708, 709.5), Elementary.exp, Glibc.exp)
    print("exp: relative error \(near) in [-1, 1], \(far) in [-708, 709.5]")
    // 1 for the last addition; up to a half each for the product before it, the sum in it and the reduced argument.
    #expect(near <= units(2.5 + 2))
    #expect(far <= units(2.5 + 2))
    #expect(Elementary.exp(0) == 1)
    #expect(Elementary.exp(-746) == 0)
    #expect(Elementary.exp(710) == .infinity)
    #expect(Elementary.exp(.infinity) == .infinity)
    #expect(Elementary.exp(-.infinity) == 0)
    #expect(Elementary.exp(.nan).isNaN)
    // Below the normal numbers the result is a multiple of 2⁻¹⁰⁷⁴.
    for x in sweep(-744.9, -708.5, 200) {
      #expect(abs(Elementary.exp(x) - Glibc.exp(x)) <= 0x1p-1074 + units(4.5) * Glibc.exp(x), "e^\(x)")
    }
  }

  @Test func logarithm() {
    let error = worst(
      sweep(0.5, 2) + sweep(1e-6, 1e-3) + sweep(1, 1e6) + (-1074...1023).map { Glibc.scalbn(1.3, Int32($0)) },
      Elementary.log, Glibc.log)
    // Near 1 the logarithm approaches 0, and its relative error must not grow.
    let besideOne = (1...50).flatMap { exponent -> [Double] in
      let small = Glibc.scalbn(1.0, Int32(-exponent))
      return [1 + small, 1 - small]
    }
    let beside = worst(besideOne, Elementary.log, Glibc.log)
    print("log: relative error \(error), beside 1 \(beside)")
    // ln m: 1 each for m + 1, the quotient, the series and its product. exponent · ln 2: 1.5. Both may cancel to half
    // of it, and their sum is rounded.
    #expect(beside <= units(4.2 + 2))
    #expect(error <= units(2 * 1.5 + 4.2 + 1 + 2))
    #expect(Elementary.log(1) == 0)
    #expect(Elementary.log(0) == -.infinity)
    #expect(Elementary.log(.infinity) == .infinity)
    #expect(Elementary.log(-1).isNaN && Elementary.log(.nan).isNaN)
  }

  /// Absolute error. In the reference 2π and its product by turns are rounded: 1.5 · 2π units.
  @Test func sineAndCosine() {
    var error = 0.0
    for turns in sweep(0, 1) {
      let (sine, cosine) = Elementary.sinCos(turns: turns)
      error = max(error, abs(sine - Glibc.sin(2 * .pi * turns)), abs(cosine - Glibc.cos(2 * .pi * turns)))
    }
    print("sinCos: absolute error \(error)")
    #expect(error <= units(1.5 * 2 * .pi + 3.5 + 1))
    for (turns, sine, cosine) in [(0.0, 0.0, 1.0), (0.25, 1, 0), (0.5, 0, -1), (0.75, -1, 0), (1, 0, 1)] {
      #expect(Elementary.sinCos(turns: turns) == (sine, cosine))
    }
  }

  @Test func softplusAndSigmoid() {
    let softplus = worst(sweep(0, 700), { Elementary.logOnePlusExp(negative: $0) }, { Glibc.log1p(Glibc.exp(-$0)) })
    let near = worst(sweep(0, 5), { Elementary.logOnePlusExp(negative: $0) }, { Glibc.log1p(Glibc.exp(-$0)) })
    let sigmoid = worst(sweep(-700, 700), Elementary.sigmoid) { x in
      x < 0 ? Glibc.exp(x) / (1 + Glibc.exp(x)) : 1 / (1 + Glibc.exp(-x))
    }
    print("logOnePlusExp: relative error \(softplus), near 0 \(near); sigmoid: \(sigmoid)")
    // At the end of the series, e⁻ˣ = 0.1, the rounding of 1.1 is one of 0.095. Then those of the logarithm and of e⁻ˣ,
    // and twice those of glibc.
    #expect(max(softplus, near) <= units(1.1 / 0.095 + 8.2 + 2.5 + 4))
    // Of e⁻ˣ, the sum and the quotient, in the function and in the reference.
    #expect(sigmoid <= units(2.5 + 2 + 2 + 2))
    #expect(Elementary.sigmoid(0) == 0.5)
    #expect(Elementary.sigmoid(1000) == 1 && Elementary.sigmoid(-1000) == 0)
    #expect(Elementary.logOnePlusExp(negative: 1000) == 0)
    #expect(Elementary.sigmoid(.nan).isNaN)
  }

  @Test(arguments: [0.5, 0.9, 0.999, 1])
  func wholePowers(base: Double) {
    for exponent in [0, 1, 2, 3, 7, 100, 12_345] {
      let truth = Glibc.pow(base, Double(exponent))
      // n − 1 products in any order.
      #expect(abs(Elementary.power(base, exponent) - truth) <= units(Double(exponent) + 2) * truth)
    }
  }
}
