import Files
import Foundation
import Hosts

/// A temporary hostfile in mpirun's own syntax, removed when the launcher ends unless it is kept.
final class WrittenHostfile {
  private var path: String?
  private var isKept = false

  /// Replaces what was written before.
  ///
  /// - Returns: its path.
  func write(_ hostfile: Hostfile) throws(FileError) -> String {
    remove()
    var template = Array((NSTemporaryDirectory() + "/disttrain-hosts-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    let path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard descriptor >= 0 else { throw .system(operation: "create", path: path, code: errno) }
    defer { close(descriptor) }
    self.path = path
    let bytes = Array(hostfile.text.utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw .system(operation: "write", path: path, code: count == 0 ? EIO : errno) }
      done += count
    }
    return path
  }

  /// Leaves the file for a command that is only printed.
  func keep() { isKept = true }

  private func remove() {
    if let path, !isKept { unlink(path) }
    path = nil
  }

  deinit { remove() }
}
