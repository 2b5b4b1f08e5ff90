import Glibc

/// Why a file could not be read or written: where, what was found, what was expected, what to do.
package enum ModelFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The operating system refused `operation` ("write", "rename", …) on `path` with this errno.
  case system(operation: String, path: String, code: Int32)
  /// There is nothing to be read at `path`, as this errno says: ENOENT or ENOTDIR.
  case missing(path: String, code: Int32)
  /// `path` is a folder, a pipe or a device.
  case notAFile(path: String, found: String)
  /// The bytes of `path` are not what the format, or the file's own hash, says.
  case damaged(path: String, found: String, expected: String)
  /// `path` is sound but lacks what was asked of it.
  case unsuitable(path: String, found: String, expected: String)

  package var path: String {
    switch self {
    case .system(_, let path, _), .missing(let path, _), .notAFile(let path, _), .damaged(let path, _, _),
      .unsuitable(let path, _, _):
      path
    }
  }

  package var description: String {
    switch self {
    case .system(let operation, let path, let code):
      "\(path): cannot \(operation): \(String(cString: strerror(code))) (errno \(code)).\(Self.advice(for: code))"
    case .missing(let path, let code):
      "\(path): cannot open: \(String(cString: strerror(code))).\(Self.advice(for: code))"
    case .notAFile(let path, let found):
      "\(path): found \(found), expected a regular file. Check the path."
    case .damaged(let path, let found, let expected):
      "\(path): damaged: found \(found), expected \(expected). Use another copy of this file, or an older one."
    case .unsuitable(let path, let found, let expected):
      "\(path): found \(found), expected \(expected). Check that this is the file you meant."
    }
  }

  /// What to do about an errno, as a sentence after a space; empty where nothing can be said.
  package static func advice(for code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: " Free some space, or choose a folder on another disk."
    case EIO: " The disk, or the way to it, fails: see the system's log, or choose a folder on another disk."
    case EACCES, EPERM, EROFS: " Check who may read and write there."
    case ENOENT, ENOTDIR: " Check the path."
    case ELOOP: " A symbolic link stands there: remove it, or give the path that it leads to."
    default: ""
    }
  }
}
