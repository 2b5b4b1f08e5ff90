import Glibc

/// A call to the file system that failed.
package struct FileError: ExplainedError, Equatable {
  /// What was being done, as it follows "cannot": "write", "create the folder".
  package let operation: String
  package let path: String
  /// The system's `errno`.
  package let number: Int32

  package init(_ operation: String, _ path: String, number: Int32 = errno) {
    self.operation = operation
    self.path = path
    self.number = number
  }

  package var code: ExitCode { .inputOutput }

  package var message: String {
    let reason = "cannot \(operation) \(path): \(String(cString: strerror(number)))"
    switch number {
    case ENOSPC, EDQUOT: return reason + "; free some space, or write elsewhere with --out"
    case EACCES, EPERM, EROFS: return reason + "; change the permissions, or write elsewhere with --out"
    case ELOOP: return reason + "; a symbolic link stands where the run would write: remove it"
    default: return reason
    }
  }
}
