import Glibc

/// A regular file open for reading. Folders, devices and pipes are refused, since reading from them could block
/// forever.
///
/// Read with pread, not mapped: if another process truncates the file, that is an error, not a signal.
package struct RegularFile: ~Copyable, Sendable {
  package let path: String
  /// Size in bytes when the file was opened.
  package let size: Int
  private let descriptor: Int32

  package init(path: String) throws(FileError) {
    try self.init(bytes: path.utf8CString.map { $0 })
  }

  /// - Parameter name: the bytes of the path, ending with NUL: a name need not be UTF-8.
  package init(bytes name: [CChar]) throws(FileError) {
    let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let descriptor = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { throw .missing(path: path, code: code) }
      throw .system(operation: "open", path: path, code: code)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw .system(operation: "stat", path: path, code: code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notAFile(path: path, found: Self.kind(status.st_mode))
    }
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `buffer` from `offset` on. Throws if the file ends before the buffer is full.
  package borrowing func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
    try readFully(descriptor, path: path, into: buffer, at: offset)
  }

  package borrowing func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBufferPointer { buffer throws(FileError) in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
    return bytes
  }

  /// All bytes up to the current end of the file.
  package borrowing func contents() throws(FileError) -> [UInt8] {
    try readToEnd(descriptor, path: path, expecting: size)
  }

  private static func kind(_ mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a named pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }
}
