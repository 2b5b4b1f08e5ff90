import Foundation
import Glibc
import Numerics
import Testing

@Suite struct TanhTests {
  /// The bound in units of the last place, which a run over all floats has confirmed. The worst are 2.52 with fused
  /// multiply-adds, at 0x1.0bb004p-1, and 2.72 without, at 0x1.0ead96p-1.
  private static let error = 2.75

  /// Every 4,099th float of [0, 12], with both signs, or every float with DISTTRAIN_EVERY_FLOAT. Above 12 tanh rounds
  /// to 1.
  @Test(arguments: Kernels.available)
  func staysWithinItsError(_ kernels: Kernels) {
    let step: UInt32 = ProcessInfo.processInfo.environment["DISTTRAIN_EVERY_FLOAT"] == nil ? 4099 : 1
    let last = Float(12).bitPattern
    var worst = (error: 0.0, at: Float(0))
    for first in stride(from: 0, through: last, by: Int(step) << 12) {
      let positive = stride(from: first, to: min(first + step << 12, last + 1), by: Int(step)).map(
        Float.init(bitPattern:))
      let inputs = positive + positive.map(-)
      let result = withUnsafeTemporaryAllocation(of: Float.self, capacity: inputs.count) { memory in
        _ = memory.initialize(from: inputs)
        kernels.tanh(memory.baseAddress!, count: inputs.count)
        return Array(memory)
      }
      for (index, input) in positive.enumerated() {
        let truth = Glibc.tanh(Double(input))
        // The unit of the float nearest to the truth; the same for all subnormal numbers.
        let unit = Double(Float(truth).ulp)
        let error = max(abs(Double(result[index]) - truth), abs(Double(result[index + positive.count]) + truth)) / unit
        if !(error <= worst.error) { worst = (error, input) }
      }
    }
    print("tanh, \(kernels): at most \(worst.error) ulp from the truth, at \(worst.at)")
    #expect(worst.error < Self.error)
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

  /// tanh never decreases, not even at the join of the two formulas.
  @Test(arguments: Kernels.available)
  func neverFallsByMoreThanItsError(_ kernels: Kernels) {
    let start = Float(0.49).bitPattern
    let inputs = (0..<400_000).map { Float(bitPattern: start + UInt32($0)) }
    let result = floats(inputs)
    kernels.tanh(result, count: inputs.count)
    #expect(
      (1..<inputs.count).allSatisfy {
        Double(result[$0]) >= Double(result[$0 - 1]) - 2 * Self.error * Double(result[$0].ulp)
      })
  }
}
