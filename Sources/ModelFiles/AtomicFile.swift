import Glibc

/// A file that appears under its name only once all of it is on the disk: written beside it, fsync, rename, fsync of the folder.
///
/// Whatever fails or ends before `commit()` leaves the old file as it was. The temporary is `.<name>.partial`, always the
/// same for a path, so that one left by a killed process goes away with the next write.
package struct AtomicFile: ~Copyable {
  package let path: String
  private let folder: String
  private let temporary: String
  private var descriptor: Int32
  private var isCommitted = false

  /// Creates the temporary beside `path`, in a folder that exists.
  package init(replacing path: String) throws(ModelFileError) {
    self.path = path
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let name = path[cut...]
    folder = cut == path.startIndex ? "." : String(path[..<cut])
    temporary = path[..<cut] + ".\(name).partial"
    precondition(!name.isEmpty, "a path of a file ends in its name")
    unlink(temporary)
    // O_EXCL also refuses a link that somebody put there, so that nothing outside the folder is written.
    descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system(operation: "create", path: temporary, code: errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isCommitted { unlink(temporary) }
  }

  package borrowing func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ModelFileError) {
    var done = 0
    while done < bytes.count {
      let written = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
      if written > 0 {
        done += written
      } else if written == 0 || errno != EINTR {
        throw .system(operation: "write", path: path, code: written == 0 ? EIO : errno)
      }
    }
  }

  package borrowing func write(_ bytes: [UInt8], at offset: Int) throws(ModelFileError) {
    try bytes.withUnsafeBufferPointer { buffer throws(ModelFileError) in
      try write(UnsafeRawBufferPointer(buffer), at: offset)
    }
  }

  /// Fills `buffer` with what was written at `offset`.
  package borrowing func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ModelFileError) {
    try readFully(descriptor, path: path, into: buffer, at: offset)
  }

  /// Puts the file in its place. May be called once.
  package mutating func commit() throws(ModelFileError) {
    precondition(!isCommitted, "a file is committed once")
    guard fsync(descriptor) == 0 else { throw .system(operation: "fsync", path: path, code: errno) }
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw .system(operation: "close", path: path, code: errno) }
    guard rename(temporary, path) == 0 else { throw .system(operation: "rename", path: path, code: errno) }
    isCommitted = true
    try syncFolder()
  }

  private borrowing func syncFolder() throws(ModelFileError) {
    let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { throw .system(operation: "open", path: folder, code: errno) }
    defer { close(handle) }
    // EINVAL: a file system that cannot sync folders; there is nothing better to ask of it.
    guard fsync(handle) == 0 || errno == EINVAL else {
      throw .system(operation: "fsync", path: folder, code: errno)
    }
  }

  /// Replaces the file at `path` by `text`.
  package static func replace(_ path: String, with text: String) throws(ModelFileError) {
    var file = try AtomicFile(replacing: path)
    try file.write(Array(text.utf8), at: 0)
    try file.commit()
  }
}
