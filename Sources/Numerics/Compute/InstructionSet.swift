import CKernels
import Glibc

/// The instruction sets that the kernels are compiled for, in rising order.
package enum InstructionSet: String, CaseIterable, Comparable, Sendable {
  /// What every CPU of the architecture has.
  case baseline
  case avx2
  case avx512

  /// The best one that this CPU has.
  package static var native: InstructionSet { allCases.last { $0.isSupported }! }

  /// The one to compute with: that of `DISTTRAIN_ISA` where it is set, the native one otherwise.
  package static func chosen() throws(InstructionSetError) -> InstructionSet { try asked() ?? native }

  /// The one that `DISTTRAIN_ISA` asks for; nil where it is not set.
  package static func asked() throws(InstructionSetError) -> InstructionSet? {
    guard let name = getenv("DISTTRAIN_ISA").map({ String(cString: $0) }) else { return nil }
    guard let set = InstructionSet(rawValue: name) else { throw .unknown(name) }
    guard set.isSupported else { throw .unsupported(set) }
    return set
  }

  package var isSupported: Bool { dt_is_supported(code) != 0 }

  /// Whether the kernels round a product and its addition once, where they say so (`multiply_add`), rather than twice.
  package var hasFusedMultiplyAdd: Bool { self != .baseline }

  package static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    left.code.rawValue < right.code.rawValue
  }

  var code: dt_instruction_set {
    switch self {
    case .baseline: DT_BASELINE
    case .avx2: DT_AVX2
    case .avx512: DT_AVX512
    }
  }
}

package enum InstructionSetError: Error, CustomStringConvertible {
  case unknown(String)
  case unsupported(InstructionSet)

  package var description: String {
    let names = InstructionSet.allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")
    return switch self {
    case .unknown(let name): "DISTTRAIN_ISA=\(name): no such instruction set; this CPU has \(names)"
    case .unsupported(let set): "DISTTRAIN_ISA=\(set.rawValue): this CPU lacks it; it has \(names)"
    }
  }
}
