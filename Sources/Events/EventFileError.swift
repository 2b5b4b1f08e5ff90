import Glibc

/// The operating system refused `operation` on the event file, or folder, at `path`.
package struct EventFileError: Error, Hashable, Sendable, CustomStringConvertible {
  package let operation: String
  package let path: String
  /// The errno.
  package let number: Int32

  package var description: String {
    "\(path): cannot \(operation): \(String(cString: strerror(number))) (errno \(number))"
  }
}
