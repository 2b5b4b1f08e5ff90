import Glibc

/// Folders: listing, parents, creation, synchronization.
package enum Folder {
  /// The names in the folder at `path`, in no particular order, without "." and "..".
  package static func names(in path: String) throws(FileError) -> [String] {
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

  /// The folder that holds `path`: `.` for a bare name, `/` for one below the root.
  package static func parent(of path: String) -> String {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// Creates the folder and its missing parents, each on the disk before the next. An existing folder stays as it is.
  ///
  /// - Throws: `notAFolder` if a file is in the place of one of them.
  package static func create(_ path: String, mode: mode_t = 0o777) throws(FileError) {
    guard mkdir(path, mode) == -1 else { return synchronizeParent(of: path) }
    let code = errno
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(path: path) }
      return
    }
    switch code {
    case EEXIST: throw .system(operation: "open the folder", path: path, code: errno)  // a link to nothing
    case ENOTDIR:
      var file = parent(of: path)
      while stat(file, &status) == -1, errno == ENOTDIR { file = parent(of: file) }
      throw .notAFolder(path: file)
    case ENOENT where ![path, "."].contains(parent(of: path)):
      try create(parent(of: path), mode: mode)
      guard mkdir(path, mode) == 0 || errno == EEXIST else {
        throw .system(operation: "create the folder", path: path, code: errno)
      }
      synchronizeParent(of: path)
    default: throw .system(operation: "create the folder", path: path, code: code)
    }
  }

  /// Whether the disk of `path`, which need not exist, has free bytes and no free inodes (statvfs(3)).
  static func lacksInodes(at path: String) -> Bool {
    var disk = statvfs()
    guard statvfs(path, &disk) == 0 || statvfs(parent(of: path), &disk) == 0 else { return false }
    return disk.f_files > 0 && disk.f_favail == 0 && disk.f_bavail > 0
  }

  /// Waits until the names in the folder are on the disk.
  package static func synchronize(_ path: String) throws(FileError) {
    let folder = try opened("open the folder", path) { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { close(folder) }
    try synchronize(folder, path: path)
  }

  /// Waits until the names in an open folder are on the disk.
  static func synchronize(_ descriptor: Int32, path: String) throws(FileError) {
    // EBADF: some file systems cannot do it for what is open for reading only, as a folder always is.
    try Files.synchronize(descriptor, path: path, except: [EINVAL, EOPNOTSUPP, ENOSYS, EBADF])
  }

  private static func synchronizeParent(of path: String) {
    // An error is ignored: the parent may be a folder that may be entered but not read.
    try? synchronize(parent(of: path))
  }
}
