import Glibc

/// A file that appears under its name only once all of it is on the disk: written beside it, fsync, rename, fsync of the folder.
///
/// Whatever fails or ends before `commit()` leaves the old file as it was. The temporary is `.<name>.partial`, always the
/// same for a path, so that one left by a killed process goes away with the next write; a path has one writer at a time.
package struct AtomicFile: ~Copyable {
  package let path: String
  private let name: String
  private let temporary: String
  private let folderPath: String
  /// Held open, so that a folder that is moved or replaced meanwhile changes nothing.
  private let folder: Int32
  private var descriptor: Int32
  private var hasTemporary = true

  /// Creates the temporary beside `path`, in a folder that exists.
  ///
  /// - Parameter throughLinks: whether the folder may be a symbolic link; the file itself is replaced, never followed.
  package init(replacing path: String, throughLinks: Bool = true) throws(FileError) {
    let (folderPath, name) = Self.split(path)
    precondition(!name.isEmpty, "a path of a file ends in its name")
    let temporary = Self.prefix + name + Self.suffix
    let folder = try Self.open(folder: folderPath, throughLinks: throughLinks)
    unlinkat(folder, temporary, 0)
    do throws(FileError) {
      // O_EXCL also refuses a link that somebody put there, so that nothing outside the folder is written.
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

  /// Fills `buffer` with what was written at `offset`.
  package borrowing func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
    try readFully(descriptor, path: path, into: buffer, at: offset)
  }

  /// Puts the file in its place. May be called once.
  package mutating func commit() throws(FileError) {
    precondition(descriptor >= 0, "a file is committed once")
    try checked("write", path) { fsync(descriptor) }
    let closed = close(descriptor)
    descriptor = -1
    // Some file systems tell of a failed write only now; Linux closes the file whatever it answers.
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

  /// Whether a file of this name is a temporary, which a killed process left where nobody writes now.
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
      // Linux says ENOTDIR of a link, which would not tell what to do.
      throw .system(operation: "open the folder", path: path, code: ELOOP)
    }
  }
}
