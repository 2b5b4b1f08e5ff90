import Glibc

/// Runs a system call again while a signal interrupts it, and throws its `errno` where it returns −1.
@discardableResult
func checked(
  _ operation: String, _ path: String, _ call: () -> Int32
) throws(FileError) -> Int32 {
  while true {
    let result = call()
    if result != -1 { return result }
    if errno != EINTR { throw FileError(operation, path) }
  }
}

/// Writes all of `bytes`, however many calls it takes.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws(FileError) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    if written >= 0 {
      rest = rest.dropFirst(written)
    } else if errno != EINTR {
      throw FileError("write", path)
    }
  }
}

/// Makes the names within a folder durable.
func synchronizeFolder(_ descriptor: Int32, _ path: String) throws(FileError) {
  do throws(FileError) {
    try checked("write", path) { fsync(descriptor) }
  } catch {
    // EINVAL: some network file systems cannot synchronize a folder; they order renames themselves.
    guard error.number == EINVAL else { throw error }
  }
}

/// The names in a folder, in no order, without "." and "..".
func names(inFolder path: String) throws(FileError) -> [String] {
  guard let folder = opendir(path) else { throw FileError("read the folder", path) }
  defer { closedir(folder) }
  var names: [String] = []
  errno = 0
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != "." && name != ".." { names.append(name) }
    errno = 0
  }
  guard errno == 0 else { throw FileError("read the folder", path) }
  return names
}

/// What a file that is not a link holds; nil where there is none.
func contents(ofFile path: String) throws(FileError) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
  if descriptor == -1 && errno == ENOENT { return nil }
  guard descriptor >= 0 else { throw FileError("read", path) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count == 0 { return bytes }
    if count > 0 {
      bytes += piece.prefix(count)
    } else if errno != EINTR {
      throw FileError("read", path)
    }
  }
}

/// The folder that holds `path`: `.` for a bare name, `/` for one below the root.
func parentFolder(of path: String) -> String {
  let trimmed = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
  guard let slash = trimmed.lastIndex(of: "/") else { return "." }
  return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
}
