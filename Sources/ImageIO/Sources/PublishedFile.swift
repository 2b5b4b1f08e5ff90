import Files
import Glibc

/// A file of a data set under its published name.
struct PublishedFile {
  let path: String
  let byteCount: Int
  /// Time of the last modification, ns since 1970.
  let modified: Int
  let stamp: FileStamp

  var name: String { String(path[nameStart...]) }
  /// Its folder, ending in a slash; empty for the working folder.
  var folder: String { String(path[..<nameStart]) }

  private var nameStart: String.Index { path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex }

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

  /// `path` itself if it is no folder; in a folder, the first existing one of `names`. If none is there, the only
  /// sub-folder that has one is used: archives and torchvision put the files into `raw`, `MNIST/raw`, `gzip`, or a folder
  /// of the file's own name.
  init(_ names: [String], in path: String) throws(ImageError) {
    guard try Self.isFolder(Self.status(of: path)) else {
      try self.init(path: path)
      return
    }
    if let own = Self.first(of: names, in: path) {
      try self.init(path: own)
      return
    }
    let found = try Self.folders(below: path).compactMap { Self.first(of: names, in: $0) }
    guard let only = found.first else { throw .noSuchFile(folder: path, expected: names) }
    guard found.count == 1 else {
      throw .unexpectedContent(
        path: path, found: "several sets: \(found.map { $0.dropFirst(path.count + 1) }.joined(separator: ", "))",
        expected: "one; data.path may name the folder of the one that is meant")
    }
    try self.init(path: only)
  }

  /// The sub-folders, and the folders `raw` and `gzip` of each, in byte order; hidden ones are left out.
  private static func folders(below path: String) throws(ImageError) -> [String] {
    let names: [String]
    do throws(FileError) { names = try Folder.names(in: path) } catch { throw ImageError(error) }
    let folders = names.filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return folders.flatMap { folder in ["", "/raw", "/gzip"].map { "\(path)/\(folder)\($0)" } }
  }

  /// The path of the first of `names` that is there and is no folder.
  private static func first(of names: [String], in folder: String) -> String? {
    names.lazy.map { "\(folder)/\($0)" }.first { path in
      var status = stat()
      return stat(path, &status) == 0 && !isFolder(status)
    }
  }

  private static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

  private static func status(of path: String) throws(ImageError) -> stat {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { throw .noSuchFolder(path: path) }
      throw .unreadable(path: path, operation: "examine", code: errno)
    }
    return status
  }
}
