import Glibc
import ModelFiles

/// The names in a folder, in no order, without "." and "..".
func names(inFolder path: String) throws(ModelFileError) -> [String] {
  guard let folder = opendir(path) else { throw .system(operation: "read the folder", path: path, code: errno) }
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
  guard errno == 0 else { throw .system(operation: "read the folder", path: path, code: errno) }
  return names
}

/// What a file that is not a link holds; nil where there is none.
func contents(ofFile path: String) throws(ModelFileError) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
  if descriptor == -1 && errno == ENOENT { return nil }
  guard descriptor >= 0 else { throw .system(operation: "read", path: path, code: errno) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count == 0 { return bytes }
    if count > 0 {
      bytes += piece.prefix(count)
    } else if errno != EINTR {
      throw .system(operation: "read", path: path, code: errno)
    }
  }
}

/// The folder that holds `path`: `.` for a bare name, `/` for one below the root.
func parentFolder(of path: String) -> String {
  let trimmed = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
  guard let slash = trimmed.lastIndex(of: "/") else { return "." }
  return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
}
