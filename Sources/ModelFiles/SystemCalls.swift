import Glibc

/// Runs a system call again while a signal interrupts it, and throws its `errno` where it returns −1.
///
/// - Parameter operation: what is being done to `path`, as it follows "cannot": "write", "create the folder".
@discardableResult
package func checked(
  _ operation: String, _ path: String, _ call: () -> Int32
) throws(ModelFileError) -> Int32 {
  while true {
    let result = call()
    if result != -1 { return result }
    if errno != EINTR { throw .system(operation: operation, path: path, code: errno) }
  }
}

/// Writes all of `bytes` from `offset` on, or, where it is nil, behind what was written last, however many calls it takes.
package func writeFully(
  _ descriptor: Int32, path: String, _ bytes: UnsafeRawBufferPointer, at offset: Int?
) throws(ModelFileError) {
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
) throws(ModelFileError) {
  try bytes.withUnsafeBufferPointer { buffer throws(ModelFileError) in
    try writeFully(descriptor, path: path, UnsafeRawBufferPointer(buffer), at: offset)
  }
}

/// Fills `buffer` from `offset` on; fewer bytes than that in the file are an error.
func readFully(
  _ descriptor: Int32, path: String, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
) throws(ModelFileError) {
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
