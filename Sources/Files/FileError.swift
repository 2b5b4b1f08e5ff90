import Glibc

/// Why a file or folder could not be read or written: where, what was found, what was expected, what to do.
package enum FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The operating system refused `operation` ("write", "rename", …) on `path` with this errno.
  case system(operation: String, path: String, code: Int32)
  /// There is no file at `path`: errno ENOENT or ENOTDIR.
  case missing(path: String, code: Int32)
  /// `path` is a folder, a pipe or a device.
  case notAFile(path: String, found: String)
  /// `path` exists, but is not a folder.
  case notAFolder(path: String)
  /// The bytes of `path` violate the format, or differ from the file's own hash.
  case damaged(path: String, found: String, expected: String)
  /// `path` is intact but does not have the expected contents.
  case unsuitable(path: String, found: String, expected: String)
  /// `path` is a file of another kind; `advice` is a clause that says what to do.
  case foreign(path: String, found: String, expected: String, advice: String)

  package var path: String {
    switch self {
    case .system(_, let path, _), .missing(let path, _), .notAFile(let path, _), .notAFolder(let path),
      .damaged(let path, _, _), .unsuitable(let path, _, _), .foreign(let path, _, _, _):
      path
    }
  }

  package var description: String {
    switch self {
    case .system(let operation, let path, let code):
      "\(path): cannot \(operation): \(reason) (errno \(code)).\(Self.advice(for: code, at: path))"
    case .missing(let path, let code):
      "\(path): cannot open: \(reason).\(Self.advice(for: code))"
    case .notAFile(let path, _), .notAFolder(let path):
      "\(path): \(reason). Check the path."
    case .damaged(let path, _, _):
      "\(path): damaged: \(reason). Use another copy of this file, or an older one."
    case .unsuitable(let path, _, _):
      "\(path): \(reason). Check that this is the file you meant."
    case .foreign(let path, _, _, let advice):
      "\(path): \(reason). \(advice.prefix(1).uppercased() + advice.dropFirst())."
    }
  }

  /// The error without path and advice.
  package var reason: String {
    switch self {
    case .system(_, _, let code), .missing(_, let code): String(cString: strerror(code))
    case .notAFile(_, let found): "found \(found), expected a regular file"
    case .notAFolder: String(cString: strerror(ENOTDIR))
    case .damaged(_, let found, let expected), .unsuitable(_, let found, let expected),
      .foreign(_, let found, let expected, _):
      "found \(found), expected \(expected)"
    }
  }

  /// The error that `path` has this content instead of `expected`.
  package static func foreign(path: String, _ content: FileContent, expected: String) -> FileError {
    guard let advice = content.advice else {
      return .unsuitable(path: path, found: content.description, expected: expected)
    }
    return .foreign(path: path, found: content.description, expected: expected, advice: advice)
  }

  /// Advice for an errno: a space and a sentence, or an empty string.
  ///
  /// - Parameter path: of the file that could not be written.
  package static func advice(for code: Int32, at path: String? = nil) -> String {
    switch code {
    case ENOSPC where path.map(Folder.lacksInodes) == true:
      " The disk has room for bytes, but for no more files (inodes, df -i): remove some, or choose a folder on another "
        + "disk."
    case EFBIG: " It would exceed the limit of file size: see ulimit -f, or choose a folder on another disk."
    case ENOSPC, EDQUOT: " Free some space, or choose a folder on another disk."
    case EIO: " The disk, or the way to it, fails: see the system's log, or choose a folder on another disk."
    case EACCES, EPERM, EROFS: " Check who may read and write there."
    case ENOENT, ENOTDIR: " Check the path."
    case ELOOP: " A symbolic link stands there: remove it, or give the path that it leads to."
    default: ""
    }
  }
}
