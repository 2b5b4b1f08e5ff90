import CKernels

/// The inner loops of one instruction set.
package struct Kernels: Sendable {
  package let instructionSet: InstructionSet
  let table: dt_kernels

  package init(_ instructionSet: InstructionSet) {
    precondition(instructionSet.isSupported, "this CPU lacks \(instructionSet)")
    self.instructionSet = instructionSet
    table = dt_kernels_for(instructionSet.code).pointee
  }

  /// The kernels of each instruction set of this CPU, for tests.
  package static var available: [Kernels] { InstructionSet.allCases.filter(\.isSupported).map(Kernels.init) }
}

extension Kernels {
  /// Whether a multiply-add of these kernels is rounded once.
  package var isFused: Bool { instructionSet.hasFusedMultiplyAdd }

  /// The peak floating-point operations a second of one thread, measured by vector multiply-adds in registers: an upper
  /// bound for every product. Takes about `duration`.
  package func peakRate(_ duration: Duration = .milliseconds(20)) -> Double {
    let clock = ContinuousClock()
    var iterations = 1 << 10
    while true {
      let time = clock.measure { _ = table.multiply_add_chains(iterations) }
      if time >= duration {
        return Double(iterations * 12 * table.lanes * 2) / (time / .seconds(1))
      }
      iterations *= time * 4 < duration ? 4 : 2
    }
  }
}

extension Kernels: CustomStringConvertible {
  package var description: String { instructionSet.rawValue }
}
