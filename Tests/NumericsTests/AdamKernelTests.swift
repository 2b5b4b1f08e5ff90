import Glibc
import Numerics
import Testing

/// Adam (Kingma & Ba 2014, algorithm 1, with epsilon placed as in PyTorch) against the same in double.
@Suite struct AdamKernelTests {
  struct Settings: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var learningRate = 2e-4
    var beta1 = 0.5
    var beta2 = 0.999
    var epsilon = 1e-8
    var weightDecay = 0.0

    static let all = [
      Settings(testDescription: "recipe 1"),
      Settings(testDescription: "PyTorch's defaults", learningRate: 1e-3, beta1: 0.9),
      Settings(testDescription: "weight decay", learningRate: 1e-3, beta1: 0.9, beta2: 0.99, weightDecay: 0.01),
      Settings(testDescription: "large epsilon", learningRate: 1e-2, epsilon: 1e-2),
    ]

    func coefficients(_ step: Int) -> AdamCoefficients {
      AdamCoefficients(
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, step: step)
    }
  }

  /// A number in double, and the error bound of its single-precision value if every rounding is u with the worst sign,
  /// to first order in u.
  private struct Bounded {
    var value: Double
    var error = 0.0

    static func + (a: Self, b: Self) -> Self {
      let sum = a.value + b.value
      return Self(value: sum, error: a.error + b.error + RoundingModel.unit * abs(sum))
    }
    static func * (a: Self, b: Self) -> Self {
      let product = a.value * b.value
      return Self(
        value: product,
        error: abs(a.value) * b.error + abs(b.value) * a.error + RoundingModel.unit * abs(product))
    }
    static func / (a: Self, b: Self) -> Self {
      let quotient = a.value / b.value
      return Self(
        value: quotient,
        error: (a.error + abs(quotient) * b.error) / abs(b.value) + RoundingModel.unit * abs(quotient))
    }
    var root: Self {
      let root = value.squareRoot()
      return Self(value: root, error: value > 0 ? error / (2 * root) + RoundingModel.unit * root : error.squareRoot())
    }
    /// A coefficient: computed in double and rounded once.
    static func rounded(_ value: Double) -> Self { Self(value: value, error: RoundingModel.unit * abs(value)) }
  }

  @Test(arguments: Kernels.available, Settings.all)
  func fiftyStepsAgreeWithDouble(_ kernels: Kernels, _ settings: Settings) {
    let count = 101
    let start = normals(count, seed: 1, deviation: 0.02)
    let (p, m, v) = (floats(start), zeros(count), zeros(count))
    var truth = start.map { (p: Bounded(value: Double($0)), m: Bounded(value: 0), v: Bounded(value: 0)) }
    let (beta1, rest1) = (Bounded.rounded(settings.beta1), Bounded.rounded(1 - settings.beta1))
    let (beta2, rest2) = (Bounded.rounded(settings.beta2), Bounded.rounded(1 - settings.beta2))
    for step in 1...50 {
      // Sizes from 1e-6 to 1e2, like the gradients of different layers.
      let gradient = normals(count, seed: 100 + step).enumerated().map { $1 * Glibc.powf(10, Float($0 % 9) - 6) }
      let isFinite = kernels.adam(
        p, gradient: gradient, mean: m, square: v, count: count, settings.coefficients(step))
      #expect(isFinite)
      let rate = Bounded.rounded(-settings.learningRate / (1 - Glibc.pow(settings.beta1, Double(step))))
      let correction = Bounded.rounded((1 - Glibc.pow(settings.beta2, Double(step))).squareRoot())
      for index in 0..<count {
        let g = Bounded(value: Double(gradient[index])) + .rounded(settings.weightDecay) * truth[index].p
        truth[index].m = beta1 * truth[index].m + rest1 * g
        truth[index].v = beta2 * truth[index].v + rest2 * g * g
        let root = truth[index].v.root / correction + .rounded(settings.epsilon)
        truth[index].p = truth[index].p + rate * (truth[index].m / root)
      }
    }
    let ratios = [(p, truth.map(\.p)), (m, truth.map(\.m)), (v, truth.map(\.v))].map { found, truth in
      worstRatio(array(found, count), truth.map(\.value), bounds: truth.map(\.error))
    }
    print("Adam, \(kernels), \(settings.testDescription): parameters, means, squares over their bounds \(ratios)")
    for ratio in ratios { #expect(ratio <= 1) }
  }

  @Test(arguments: Kernels.available)
  func anElementHasTheSameBitsInBodyAndTail(_ kernels: Kernels) {
    let settings = Settings(testDescription: "", weightDecay: 0.01)
    let count = 131
    let values = (0..<3).map { normals(count, seed: $0, deviation: 0.1) } + [normals(count, seed: 3).map { $0 * $0 }]
    let together = values.map { floats($0) }
    #expect(
      kernels.adam(
        together[0], gradient: together[1], mean: together[2], square: together[3], count: count,
        settings.coefficients(3)))
    for index in 0..<count {
      let alone = values.map { floats([$0[index]]) }
      #expect(
        kernels.adam(
          alone[0], gradient: alone[1], mean: alone[2], square: alone[3], count: 1, settings.coefficients(3)))
      for (alone, together) in zip(alone, together) { #expect(alone[0].bitPattern == together[index].bitPattern) }
    }
  }

  @Test(arguments: Kernels.available)
  func withoutGradientNothingMoves(_ kernels: Kernels) {
    let p = floats([1, -2, 3])
    let isFinite = kernels.adam(
      p, gradient: [0, 0, 0], mean: zeros(3), square: zeros(3), count: 3,
      Settings(testDescription: "").coefficients(1))
    #expect(isFinite)
    #expect(array(p, 3) == [1, -2, 3])
  }
}
