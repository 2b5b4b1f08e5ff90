import Glibc

/// Reads whole regular files.
enum FileBytes {
  /// The bytes of the file at `path` (NUL-terminated). A pipe or device is refused before anything waits for it.
  static func read(_ path: [CChar]) throws(ImageError) -> [UInt8] {
    let name = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .unreadable(path: name, operation: "open", code: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(path: name, operation: "examine", code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: name) }

    // The size is only a hint: the file may grow or shrink while it is read.
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: max(Int(status.st_size), 1)) { buffer, count in
      while count < buffer.count {
        let got = Glibc.read(file, buffer.baseAddress! + count, buffer.count - count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { code = errno }
        if got <= 0 { return }
        count += got
      }
    }
    guard code == 0 else { throw .unreadable(path: name, operation: "read", code: code) }
    return bytes
  }

  static func read(_ path: String) throws(ImageError) -> [UInt8] {
    try read(path.utf8CString.map { $0 })
  }
}
