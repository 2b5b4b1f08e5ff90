import Glibc

/// Writing a whole file so that, whatever happens, its name shows the old content or the new one and never a part:
/// temporary file in the same folder, fsync, rename, fsync of the folder.
package enum AtomicFile {
  /// Replaces the file at `path`.
  ///
  /// - Parameters:
  ///   - throughLinks: whether the folder may be a symbolic link; the file itself is replaced, never followed.
  ///   - body: appends the content, piece by piece, by the function that it gets.
  package static func write(
    to path: String, throughLinks: Bool = true,
    _ body: ((UnsafeRawBufferPointer) throws(FileError) -> Void) throws(FileError) -> Void
  ) throws(FileError) {
    let (folderPath, name) = split(path)
    let links = throughLinks ? 0 : O_NOFOLLOW
    let folder = try checked("open the folder", folderPath) {
      open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC | links)
    }
    defer { close(folder) }

    let temporary = temporaryName(for: name)
    unlinkat(folder, temporary, 0)  // what an earlier process with this id left
    let descriptor = try checked("create", path) {
      openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    }
    do throws(FileError) {
      var isOpen = true
      defer { if isOpen { close(descriptor) } }
      try body { bytes throws(FileError) in try writeAll(bytes, to: descriptor, path) }
      try checked("write", path) { fsync(descriptor) }
      isOpen = false
      // Some file systems tell of a failed write only now; Linux closes the file whatever it answers.
      if close(descriptor) == -1 && errno != EINTR { throw FileError("write", path) }
      try checked("rename a file to", path) { renameat(folder, temporary, folder, name) }
    } catch {
      unlinkat(folder, temporary, 0)
      throw error
    }
    try synchronizeFolder(folder, folderPath)
  }

  package static func write(_ bytes: [UInt8], to path: String, throughLinks: Bool = true) throws(FileError) {
    try write(to: path, throughLinks: throughLinks) { append throws(FileError) in
      var failure: FileError?
      bytes.withUnsafeBytes { bytes in
        do throws(FileError) { try append(bytes) } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }

  package static func write(_ text: String, to path: String, throughLinks: Bool = true) throws(FileError) {
    try write(Array(text.utf8), to: path, throughLinks: throughLinks)
  }

  /// Whether `name` is a temporary file that a killed process left.
  package static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".") && name.contains(".partial-") }

  private static func temporaryName(for name: String) -> String { ".\(name).partial-\(getpid())" }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = path[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
  }
}
