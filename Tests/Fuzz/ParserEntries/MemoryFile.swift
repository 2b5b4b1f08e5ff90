import Glibc

/// A file in memory, for parsers that take a path.
struct MemoryFile: ~Copyable {
  private let descriptor: Int32

  var path: String { "/proc/self/fd/\(descriptor)" }

  init(_ bytes: [UInt8]) {
    descriptor = memfd_create("input", UInt32(MFD_CLOEXEC))
    precondition(descriptor >= 0, "no file in memory: errno \(errno)")
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, done) }
      precondition(count > 0, "cannot write to memory: errno \(errno)")
      done += count
    }
  }

  deinit { close(descriptor) }
}
