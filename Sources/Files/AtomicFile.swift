import Glibc

/// A file that appears under its name only once it is complete and on the disk: temporary file, fsync, rename, fsync of
/// the folder.
///
/// If anything fails or the process ends before `commit()`, the old file stays as it was. The temporary file is
/// `.<name>.partial`, always the same for a path, so that the next write removes one left by a killed process. A path
/// must have only one writer at a time.
package struct AtomicFile: ~Copyable {
  package let path: String
  private let name: String
  private let temporary: String
  private let folderPath: String
  /// Kept open, so that the file stays in the same folder even if that is moved or replaced meanwhile.
  private let folder: Int32
  private var descriptor: Int32
  private var hasTemporary = true

  /// Creates the temporary file in the folder of `path`, which must exist.
  ///
  /// - Parameter throughLinks: whether the folder may be a symbolic link. A link at `path` itself is replaced, never
  ///   followed.
  package init(replacing path: String, throughLinks: Bool = true) throws(FileError) {
    let (folderPath, name) = Self.split(path)
    precondition(!name.isEmpty, "a path of a file ends in its name")
    let temporary = Self.prefix + name + Self.suffix
    let folder = try Self.open(folder: folderPath, throughLinks: throughLinks)
    unlinkat(folder, temporary, 0)
    do throws(FileError) {
      // O_EXCL also refuses a symbolic link, so that nothing outside the folder is written.
      descriptor = try opened("create", path) {
        openat(folder, temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
      }
    } catch {
      close(folder)
      throw error
    }
    self.path = path
    (self.folderPath, self.name, self.temporary, self.folder) = (folderPath, name, temporary, folder)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if hasTemporary { unlinkat(folder, temporary, 0) }
    close(folder)
  }

  package borrowing func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    try writeFully(descriptor, path: path, bytes, at: offset)
  }

  package borrowing func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
    try writeFully(descriptor, path: path, bytes, at: offset)
  }

  /// Fills `buffer` with the bytes written from `offset` on.
  package borrowing func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
    try readFully(descriptor, path: path, into: buffer, at: offset)
  }

  /// Renames the file to its path once its bytes are on the disk. Must be called at most once.
  package mutating func commit() throws(FileError) {
    precondition(descriptor >= 0, "a file is committed once")
    try synchronize(descriptor, path: path)
    let closed = close(descriptor)
    descriptor = -1
    // Some file systems report a failed write only on close; Linux closes the file in any case.
    guard closed == 0 || errno == EINTR else { throw .system(operation: "write", path: path, code: errno) }
    try checked("rename", path) { renameat(folder, temporary, folder, name) }
    hasTemporary = false
    try Folder.synchronize(folder, path: folderPath)
  }

  /// Replaces the file at `path` by `bytes`.
  package static func replace(
    _ path: String, with bytes: [UInt8], throughLinks: Bool = true
  ) throws(FileError) {
    var file = try AtomicFile(replacing: path, throughLinks: throughLinks)
    try file.write(bytes, at: 0)
    try file.commit()
  }

  /// Replaces the file at `path` by `text`, in UTF-8.
  package static func replace(
    _ path: String, with text: String, throughLinks: Bool = true
  ) throws(FileError) {
    try replace(path, with: Array(text.utf8), throughLinks: throughLinks)
  }

  private static let prefix = "."
  private static let suffix = ".partial"

  /// Whether `name` is the name of a temporary file. Unless it is being written now, a killed process has left it.
  package static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(prefix) && name.dropFirst(prefix.count).hasSuffix(suffix) && name.count > (prefix + suffix).count
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
  }

  private static func open(folder path: String, throughLinks: Bool) throws(FileError) -> Int32 {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (throughLinks ? 0 : O_NOFOLLOW)
    do throws(FileError) {
      return try opened("open the folder", path) { Glibc.open(path, flags) }
    } catch {
      var status = stat()
      guard !throughLinks, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { throw error }
      // For a link Linux gives ENOTDIR, whose message would not name the link.
      throw .system(operation: "open the folder", path: path, code: ELOOP)
    }
  }
}
