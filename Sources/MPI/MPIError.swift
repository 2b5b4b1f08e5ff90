internal import CMPI
import Synchronization

/// A failed MPI call: the function, the code and the library's message. MPI 3.1 §8.3, §8.4.
package struct MPIError: Error, Hashable, CustomStringConvertible {
  /// The MPI function, e.g. `MPI_Ialltoallv`.
  package let operation: String
  /// The returned code, whose meaning depends on the library.
  package let code: Int32
  /// The standard's class of the code.
  package let errorClass: ErrorClass
  /// The library's text for the code, or this wrapper's if it refused before the call.
  package let message: String

  package init(operation: String, code: Int32, errorClass: ErrorClass, message: String) {
    self.operation = operation
    self.code = code
    self.errorClass = errorClass
    self.message = message
  }

  /// Whether an MPI call of this process has failed.
  static var hasOccurred: Bool { failed.load(ordering: .relaxed) }
  fileprivate static let failed = Atomic(false)

  package var description: String { "\(operation) failed (error \(code)): \(message)" }

  /// The classes of MPI 3.1 §8.4 that the calls of this module can return; others are `other`.
  package enum ErrorClass: String, Hashable, Sendable {
    case buffer, count, type, communicator, rank, request, root, operation, argument, truncated, memory, other
  }
}

extension MPIError.ErrorClass {
  init(_ value: Int32) {
    switch value {
    case MPI_ERR_BUFFER: self = .buffer
    case MPI_ERR_COUNT: self = .count
    case MPI_ERR_TYPE: self = .type
    case MPI_ERR_COMM: self = .communicator
    case MPI_ERR_RANK: self = .rank
    case MPI_ERR_REQUEST: self = .request
    case MPI_ERR_ROOT: self = .root
    case MPI_ERR_OP: self = .operation
    case MPI_ERR_ARG: self = .argument
    case MPI_ERR_TRUNCATE: self = .truncated
    case MPI_ERR_NO_MEM: self = .memory
    default: self = .other
    }
  }
}

/// Throws if `code` is not MPI_SUCCESS. Every MPI call of this module is checked by it.
func check(_ operation: StaticString, _ code: Int32) throws(MPIError) {
  guard code != cmpi_success() else { return }
  MPIError.failed.store(true, ordering: .relaxed)
  var value: Int32 = 0  // stays 0, hence `other`, if MPI does not know the code
  MPI_Error_class(code, &value)
  throw MPIError(
    operation: "\(operation)", code: code, errorClass: .init(value),
    message: text(capacity: cmpi_max_error_string()) { MPI_Error_string(code, $0, $1) } ?? "no message")
}

/// A count as a C int, as MPI 3.1 takes it. Throws if it does not fit, instead of wrapping around.
func checkedCount(_ operation: StaticString, _ count: Int) throws(MPIError) -> Int32 {
  guard let narrow = Int32(exactly: count), narrow >= 0 else {
    throw MPIError(
      operation: "\(operation)", code: MPI_ERR_COUNT, errorClass: .count,
      message: "a message of \(count) elements; MPI takes 0 to \(Int32.max): send it in several pieces")
  }
  return narrow
}

/// A string that an MPI call writes into a buffer of `capacity` bytes; nil if the call fails.
func text(capacity: Int32, _ call: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>) -> Int32) -> String? {
  var length: Int32 = 0
  var code = cmpi_success()
  let bytes = [UInt8](unsafeUninitializedCapacity: Int(capacity) + 1) { buffer, count in
    code = buffer.withMemoryRebound(to: CChar.self) { call($0.baseAddress!, &length) }
    count = Int(length)
  }
  return code == cmpi_success() ? String(decoding: bytes, as: UTF8.self) : nil
}
