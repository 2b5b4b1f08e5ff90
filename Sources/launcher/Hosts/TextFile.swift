import Glibc

/// A small file that people write, read whole. A pipe or device is refused before anything waits for it.
package struct TextFile {
  package let path: String
  package let text: String

  /// Bytes; neither hostfile nor configuration comes near.
  package static let largest = 1 << 20

  /// - Parameter expected: what an error calls the file.
  package init(_ path: String, expected: String) throws(LaunchError) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw LaunchError("\(path): \(String(cString: strerror(errno))), expected \(expected)") }
    defer { close(file) }
    var status = stat()
    let isSmall = fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size <= Self.largest
    var bytes = [UInt8](repeating: 0, count: isSmall ? Int(status.st_size) : 0)
    guard isSmall, read(file, &bytes, bytes.count) == bytes.count else {
      throw LaunchError("\(path): no readable file of at most \(Self.largest) bytes, expected \(expected)")
    }
    self.path = path
    text = String(decoding: bytes, as: UTF8.self)
  }
}

extension Hostfile {
  package init(path: String) throws(LaunchError) {
    let file = try TextFile(path, expected: "a hostfile; hostfiles/ has examples")
    try self.init(parsing: file.text, path: path)
  }
}
