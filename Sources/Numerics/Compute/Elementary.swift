/// exp, log, sin and cos of doubles by series of this project: only IEEE operations in a fixed order, so the bits are
/// the same on every CPU. libm does not guarantee that.
package enum Elementary {
  private static let ln2 = 0.693147180559945309417232121458

  /// eˣ = 2ⁿ · eʳ with |r| ≤ ln 2 / 2 and Taylor's series for eʳ; relative error below 4e-16.
  package static func exp(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 709.7 { return .infinity }
    if x < -745 { return 0 }
    let n = (x / ln2).rounded()
    // ln 2 in two parts, the first with trailing zeros, so that n · high is exact (Cody & Waite).
    let r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33
    var sum = 1.0
    for k in stride(from: 14.0, to: 0, by: -1) { sum = 1 + r / k * sum }
    return n < -1021 ? scale(scale(sum, Int(n) + 100), -100) : scale(sum, Int(n))
  }

  /// Natural logarithm: x = 2ⁿ · m with m in [√½, √2), ln m = 2 artanh((m − 1) / (m + 1)) by its series.
  package static func log(_ x: Double) -> Double {
    if x.isNaN || x < 0 { return .nan }
    if x == 0 { return -.infinity }
    if x == .infinity { return x }
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.4142135623730951 {
      mantissa /= 2
      exponent += 1
    }
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var sum = 0.0
    for k in stride(from: 25.0, to: 0, by: -2) { sum = 1 / k + square * sum }
    return exponent * ln2 + 2 * s * sum
  }

  /// sin(2π · turns) and cos(2π · turns), for turns in [0, 1]: reduced to an eighth of a turn, then Taylor's series.
  package static func sinCos(turns: Double) -> (sin: Double, cos: Double) {
    let quarter = (turns * 4).rounded()
    let angle = (turns - quarter / 4) * (2 * Double.pi)
    let square = angle * angle
    var sine = 1.0
    var cosine = 1.0
    for k in stride(from: 8.0, to: 0, by: -1) {
      sine = 1 - square / ((2 * k) * (2 * k + 1)) * sine
      cosine = 1 - square / ((2 * k - 1) * (2 * k)) * cosine
    }
    sine *= angle
    return switch Int(quarter) & 3 {
    case 0: (sine, cosine)
    case 1: (cosine, -sine)
    case 2: (-sine, -cosine)
    default: (-cosine, sine)
    }
  }

  /// ln(1 + e⁻ˣ) for x ≥ 0, accurate for small e⁻ˣ too.
  package static func logOnePlusExp(negative x: Double) -> Double {
    let e = exp(-x)
    if e > 0.1 { return log(1 + e) }
    var sum = 0.0  // ln(1 + e) = 2 artanh(e / (2 + e))
    let s = e / (2 + e)
    for k in stride(from: 17.0, to: 0, by: -2) { sum = 1 / k + s * s * sum }
    return 2 * s * sum
  }

  /// 1 / (1 + e⁻ˣ).
  package static func sigmoid(_ x: Double) -> Double {
    if x >= 0 { return 1 / (1 + exp(-x)) }
    let e = exp(x)
    return e / (1 + e)
  }

  /// baseⁿ by repeated squaring, n ≥ 0.
  package static func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var factor = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }

  private static func scale(_ x: Double, _ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: x)
  }
}
