import Glibc

/// Runs a system call again while a signal interrupts it, and throws its `errno` where it returns −1.
///
/// - Parameter operation: what is being done to `path`, as it follows "cannot": "write", "create the folder".
package func checked(_ operation: String, _ path: String, _ call: () -> Int32) throws(FileError) {
  _ = try opened(operation, path, call)
}

/// Runs a system call that opens a file, as `checked` does.
///
/// - Returns: the descriptor, for the caller to close.
package func opened(
  _ operation: String, _ path: String, _ call: () -> Int32
) throws(FileError) -> Int32 {
  while true {
    let result = call()
    if result != -1 { return result }
    if errno != EINTR { throw .system(operation: operation, path: path, code: errno) }
  }
}

/// Writes all of `bytes` from `offset` on, or, where it is nil, behind what was written last, however many calls it takes.
package func writeFully(
  _ descriptor: Int32, path: String, _ bytes: UnsafeRawBufferPointer, at offset: Int?
) throws(FileError) {
  var done = 0
  while done < bytes.count {
    let (rest, left) = (bytes.baseAddress! + done, bytes.count - done)
    let count = offset.map { pwrite(descriptor, rest, left, $0 + done) } ?? write(descriptor, rest, left)
    if count > 0 {
      done += count
    } else if count == 0 || errno != EINTR {
      throw .system(operation: "write", path: path, code: count == 0 ? EIO : errno)
    }
  }
}

package func writeFully(
  _ descriptor: Int32, path: String, _ bytes: [UInt8], at offset: Int
) throws(FileError) {
  try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
    try writeFully(descriptor, path: path, UnsafeRawBufferPointer(buffer), at: offset)
  }
}

/// What the file that is not a link holds, a file of /proc among them; nil where there is none.
package func contents(ofFile path: String) throws(FileError) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
  if descriptor == -1 && errno == ENOENT { return nil }
  guard descriptor >= 0 else { throw .system(operation: "read", path: path, code: errno) }
  defer { close(descriptor) }
  return try readToEnd(descriptor, path: path, expecting: 0)
}

/// Everything from the file's beginning to its end.
///
/// - Parameter size: only a hint: the file may grow or shrink while it is read, and those of /proc have none.
func readToEnd(_ descriptor: Int32, path: String, expecting size: Int) throws(FileError) -> [UInt8] {
  // Room for one byte more, so that one read tells that the file has not grown. /proc's give at most a page.
  var bytes = try read(descriptor, path: path, at: 0, atMost: max(size + 1, 1 << 12))
  while true {
    let more = try read(descriptor, path: path, at: bytes.count, atMost: 1 << 16)
    if more.isEmpty { return bytes }
    bytes += more
  }
}

/// One successful read; nothing only at the end of the file.
private func read(
  _ descriptor: Int32, path: String, at offset: Int, atMost count: Int
) throws(FileError) -> [UInt8] {
  while true {
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let found = pread(descriptor, buffer.baseAddress, count, offset)
      if found < 0 { code = errno }
      filled = max(0, found)
    }
    if code == 0 { return bytes }
    if code != EINTR { throw .system(operation: "read", path: path, code: code) }
  }
}

/// Fills `buffer` from `offset` on; fewer bytes than that in the file are an error.
func readFully(
  _ descriptor: Int32, path: String, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
) throws(FileError) {
  var done = 0
  while done < buffer.count {
    let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, offset + done)
    if count > 0 {
      done += count
    } else if count == 0 {
      throw .damaged(path: path, found: "its end at byte \(offset + done)", expected: "\(offset + buffer.count) bytes")
    } else if errno != EINTR {
      throw .system(operation: "read", path: path, code: errno)
    }
  }
}
