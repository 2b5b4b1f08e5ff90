import Glibc

/// A file of a data set under its published name.
struct PublishedFile {
  let path: String
  let byteCount: Int
  /// Time of the last modification, ns since 1970.
  let modified: Int
  let stamp: FileStamp

  var name: String { String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]) }

  /// Identifies its content without reading it. The size does not show a change of pixels, so the time is included.
  var identity: String { "\(name)\0\(byteCount)\0\(modified)" }

  /// - Throws: if it is missing, or no regular file.
  init(path: String) throws(ImageError) {
    let status = try Self.status(of: path)
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
    self.path = path
    byteCount = Int(status.st_size)
    stamp = FileStamp(status)
    modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
  }

  /// `path` itself if it is no folder; in a folder, the first existing one of `names`.
  init(_ names: [String], in path: String) throws(ImageError) {
    guard try Self.status(of: path).st_mode & S_IFMT == S_IFDIR else {
      try self.init(path: path)
      return
    }
    guard let name = names.first(where: { access("\(path)/\($0)", F_OK) == 0 }) else {
      throw .noSuchFile(folder: path, expected: names)
    }
    try self.init(path: "\(path)/\(name)")
  }

  private static func status(of path: String) throws(ImageError) -> stat {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { throw .noSuchFolder(path: path) }
      throw .unreadable(path: path, operation: "examine", code: errno)
    }
    return status
  }
}
