import CKernels
import Glibc

/// The instruction sets that the kernels are compiled for, in rising order.
package enum InstructionSet: String, CaseIterable, Comparable, Sendable {
  /// The instructions that every CPU of the architecture has.
  case baseline
  case avx2
  case avx512

  /// The best one that this CPU has.
  package static var native: InstructionSet { allCases.last { $0.isSupported }! }

  /// The set to compute with: that of `DISTTRAIN_ISA` if it is set, else the native one.
  package static func chosen() throws(InstructionSetError) -> InstructionSet { try asked() ?? native }

  /// The set that `DISTTRAIN_ISA` names; nil if it is not set.
  package static func asked() throws(InstructionSetError) -> InstructionSet? {
    guard let name = getenv("DISTTRAIN_ISA").map({ String(cString: $0) }) else { return nil }
    guard let set = InstructionSet(rawValue: name) else { throw .unknown(name) }
    guard set.isSupported else { throw .unsupported(set) }
    return set
  }

  package var isSupported: Bool { dt_is_supported(code) != 0 }

  /// Whether `multiply_add` in the kernels rounds once, not after the product and again after the addition.
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
