import Glibc
import Tensor
import Testing

/// Adam (Kingma & Ba 2014, algorithm 1, with PyTorch's place of epsilon) against the same in double.
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

  @Test(arguments: Kernels.available, Settings.all)
  func fiftyStepsAgreeWithDouble(_ kernels: Kernels, _ settings: Settings) {
    let count = 101
    let start = normals(count, seed: 1, deviation: 0.02)
    let (p, m, v) = (floats(start), zeros(count), zeros(count))
    var truth = start.map { (p: Double($0), m: 0.0, v: 0.0) }
    for step in 1...50 {
      // Sizes from 1e-6 to 1e2, as gradients of different layers have.
      let gradient = normals(count, seed: 100 + step).enumerated().map { $1 * Glibc.powf(10, Float($0 % 9) - 6) }
      kernels.adam(p, gradient: gradient, mean: m, square: v, count: count, settings.coefficients(step))
      for index in 0..<count {
        let g = Double(gradient[index]) + settings.weightDecay * truth[index].p
        truth[index].m = settings.beta1 * truth[index].m + (1 - settings.beta1) * g
        truth[index].v = settings.beta2 * truth[index].v + (1 - settings.beta2) * g * g
        let mean = truth[index].m / (1 - Glibc.pow(settings.beta1, Double(step)))
        let square = truth[index].v / (1 - Glibc.pow(settings.beta2, Double(step)))
        truth[index].p -= settings.learningRate * mean / (square.squareRoot() + settings.epsilon)
      }
    }
    let errors = [
      relativeError(array(p, count), truth.map(\.p)), relativeError(array(m, count), truth.map(\.m)),
      relativeError(array(v, count), truth.map(\.v)),
    ]
    print("Adam, \(kernels), \(settings.testDescription): parameters, means, squares \(errors)")
    // 50 roundings of a parameter; the same of v, half a unit each, all in one direction at worst.
    #expect(errors[0] < 1e-6)
    #expect(errors[1] < 1e-6)
    #expect(errors[2] < 3e-6)
  }

  @Test(arguments: Kernels.available)
  func anElementHasTheSameBitsInBodyAndTail(_ kernels: Kernels) {
    let settings = Settings(testDescription: "", weightDecay: 0.01)
    let count = 131
    let values = (0..<3).map { normals(count, seed: $0, deviation: 0.1) } + [normals(count, seed: 3).map { $0 * $0 }]
    let together = values.map { floats($0) }
    kernels.adam(
      together[0], gradient: together[1], mean: together[2], square: together[3], count: count,
      settings.coefficients(3))
    for index in 0..<count {
      let alone = values.map { floats([$0[index]]) }
      kernels.adam(
        alone[0], gradient: alone[1], mean: alone[2], square: alone[3], count: 1, settings.coefficients(3))
      for (alone, together) in zip(alone, together) { #expect(alone[0].bitPattern == together[index].bitPattern) }
    }
  }

  @Test(arguments: Kernels.available)
  func withoutGradientNothingMoves(_ kernels: Kernels) {
    let p = floats([1, -2, 3])
    kernels.adam(
      p, gradient: [0, 0, 0], mean: zeros(3), square: zeros(3), count: 3,
      Settings(testDescription: "").coefficients(1))
    #expect(array(p, 3) == [1, -2, 3])
  }
}
