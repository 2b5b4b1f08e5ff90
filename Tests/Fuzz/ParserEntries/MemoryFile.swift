import Glibc

/// Runs `body` with the path of a file that holds `bytes`, in memory alone, for parsers that take no bytes.
func withMemoryFile(_ bytes: [UInt8], _ body: (_ path: String) throws -> Void) throws {
  var name = Array("/dev/shm/disttrain-XXXXXX".utf8CString)
  let file = mkstemp(&name)
  precondition(file >= 0, "no file in memory: errno \(errno)")
  // Its name is free at once; the descriptor leads to it.
  unlink(name)
  defer { close(file) }
  var done = 0
  while done < bytes.count {
    let count = bytes.withUnsafeBytes { pwrite(file, $0.baseAddress! + done, bytes.count - done, done) }
    precondition(count > 0, "cannot write to memory: errno \(errno)")
    done += count
  }
  try body("/proc/self/fd/\(file)")
}
