import Glibc

/// Runs a system call, again if a signal interrupts it, and throws its `errno` if it returns −1.
///
/// - Parameter operation: the words after "cannot" in the message: "write", "create the folder".
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

/// Writes all of `bytes` from `offset` on, or at the current position if it is nil, by as many calls as necessary.
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

/// Lets a write beyond the limit of file size (`ulimit -f`) fail with EFBIG. By default the signal XFSZ ends the process,
/// without a message (setrlimit(2), RLIMIT_FSIZE).
package func ignoreFileSizeSignal() { signal(SIGXFSZ, SIG_IGN) }

/// The most bytes that a file of this process may have (`ulimit -f`); nil for no limit.
package var fileSizeLimit: Int? {
  var limit = rlimit()
  let fileSize = __rlimit_resource_t(1)  // RLIMIT_FSIZE, an enumerator that Swift does not import
  return getrlimit(fileSize, &limit) == 0 ? Int(exactly: limit.rlim_cur) : nil
}

/// Waits until a file is on the disk. Does nothing if its file system cannot do that, as some over a network or in user
/// space: there is no alternative (fsync(2); which of the errors they give is theirs to choose).
package func synchronize(_ descriptor: Int32, path: String) throws(FileError) {
  try synchronize(descriptor, path: path, except: [EINVAL, EOPNOTSUPP, ENOSYS])
}

/// The same, with the errors that mean that a file system cannot do it.
func synchronize(_ descriptor: Int32, path: String, except unsupported: [Int32]) throws(FileError) {
  try checked("write", path) { fsync(descriptor) == 0 || unsupported.contains(errno) ? 0 : -1 }
}

/// The contents of the file at `path`, which may be in /proc but not a link; nil if there is no file.
package func contents(ofFile path: String) throws(FileError) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
  if descriptor == -1 && errno == ENOENT { return nil }
  guard descriptor >= 0 else { throw .system(operation: "read", path: path, code: errno) }
  defer { close(descriptor) }
  return try readToEnd(descriptor, path: path, expecting: 0)
}

/// Everything from the file's beginning to its end.
///
/// - Parameter size: only a hint: the file may grow or shrink while it is read, and files of /proc have size 0.
func readToEnd(_ descriptor: Int32, path: String, expecting size: Int) throws(FileError) -> [UInt8] {
  // Room for one byte more, so that the first read shows whether the file has grown. A read from /proc gives at most a
  // page.
  var bytes = try read(descriptor, path: path, at: 0, atMost: max(size + 1, 1 << 12))
  while true {
    let more = try read(descriptor, path: path, at: bytes.count, atMost: 1 << 16)
    if more.isEmpty { return bytes }
    bytes += more
  }
}

/// One successful read; an empty result means the end of the file.
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

/// Fills `buffer` from `offset` on. Throws if the file ends before the buffer is full.
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
