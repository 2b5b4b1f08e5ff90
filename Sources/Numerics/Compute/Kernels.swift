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

extension Kernels: CustomStringConvertible {
  package var description: String { instructionSet.rawValue }
}
