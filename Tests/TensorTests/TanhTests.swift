import Glibc
import Tensor
import Testing

@Suite struct TanhTests {
  /// Every 4,099th float of [0, 12], both signs: 260,000 values over all magnitudes.
  @Test(arguments: Kernels.available)
  func staysWithinThreeUnitsInTheLastPlace(_ kernels: Kernels) {
    let last = Float(12).bitPattern
    let inputs = stride(from: 0, through: last, by: 4099).flatMap { bits -> [Float] in
      [Float(bitPattern: bits), -Float(bitPattern: bits)]
    }
    let result = floats(inputs)
    kernels.tanh(result, count: inputs.count)
    var worst = (error: 0.0, at: Float(0))
    for (index, input) in inputs.enumerated() {
      let truth = Glibc.tanh(Double(input))
      // The unit of the float nearest to the truth; below the normal numbers all have the same.
      let unit = Double(Float(truth).ulp)
      let error = abs(Double(result[index]) - truth) / unit
      if error > worst.error { worst = (error, input) }
    }
    print("tanh, \(kernels): at most \(worst.error) ulp from the truth, at \(worst.at)")
    #expect(worst.error < 3)
  }

  @Test(arguments: Kernels.available)
  func isOddAndBounded(_ kernels: Kernels) {
    let inputs: [Float] = [0, 0.3, 0.5, 0.50001, 1, 8, 9.5, 10, 11, 1e6, .infinity]
    let positive = floats(inputs)
    let negative = floats(inputs.map(-))
    kernels.tanh(positive, count: inputs.count)
    kernels.tanh(negative, count: inputs.count)
    for index in inputs.indices {
      #expect(positive[index] == -negative[index])
      #expect(positive[index] <= 1)
    }
    #expect(positive[inputs.count - 1] == 1)
  }

  /// The join of the two formulas, and everywhere else: no step down.
  @Test(arguments: Kernels.available)
  func neverFallsByMoreThanItsError(_ kernels: Kernels) {
    let start = Float(0.49).bitPattern
    let inputs = (0..<400_000).map { Float(bitPattern: start + UInt32($0)) }
    let result = floats(inputs)
    kernels.tanh(result, count: inputs.count)
    #expect((1..<inputs.count).allSatisfy { result[$0] >= result[$0 - 1] - 3 * result[$0].ulp })
  }
}
