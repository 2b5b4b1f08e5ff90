import Glibc

/// Replaces files as a whole: who reads `path`, now or after a crash, finds the old content or the new, never a part.
package enum AtomicFile {
  /// Writes a temporary file beside `path`, makes it durable, renames it, makes the folder durable.
  package static func write(_ bytes: [UInt8], to path: String) throws(ImageError) {
    let temporary = "\(path).\(getpid()).partial"
    unlink(temporary)  // of a process killed here that had the same number
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else { throw .unwritable(path: temporary, operation: "create", code: errno) }
    var operation = bytes.withUnsafeBytes { put($0, file) } ? nil : "write"
    if operation == nil && fsync(file) != 0 { operation = "make durable" }
    var code = errno
    if close(file) != 0 && operation == nil { (operation, code) = ("close", errno) }
    if operation == nil && rename(temporary, path) != 0 { (operation, code) = ("rename to \(path)", errno) }
    if let operation {
      unlink(temporary)
      throw .unwritable(path: temporary, operation: operation, code: code)
    }
    try makeDurable(folderOf: path)
  }

  private static func put(_ bytes: UnsafeRawBufferPointer, _ file: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let written = Glibc.write(file, bytes.baseAddress! + done, bytes.count - done)
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { return false }
      done += written
    }
    return true
  }

  private static func makeDurable(folderOf path: String) throws(ImageError) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unwritable(path: folder, operation: "open the folder", code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .unwritable(path: folder, operation: "make durable", code: errno) }
  }
}

extension Picture {
  /// Writes the picture as a PNG file, atomically.
  package func writePNG(to path: String) throws(ImageError) {
    try AtomicFile.write(try PNGEncoder.bytes(of: self, path: path), to: path)
  }
}
