import Files
import Foundation

// Before the first file is written, and if none is.
extension RunFolder {
  /// Records in the folder that a run writes there, so that no run trains on its images.
  package func mark() throws(RunFolderError) {
    let written = [
      configuration, metrics, lossChart, generator, trace, lock, samplesFolder, checkpointsFolder, sampleAnimation,
    ]
    do throws(FileError) {
      try FolderMarker.record(written.map { String($0.dropFirst(path.count + 1)) }, in: path, claimingWhole: true)
    } catch { throw .file(error) }
  }

  /// The folders that `create()` would make, the innermost first.
  package func missingFolders() -> [String] {
    var missing = [samplesFolder, checkpointsFolder, path]
    while let last = missing.last, Folder.parent(of: last) != last { missing.append(Folder.parent(of: last)) }
    var status = stat()
    return missing.filter { lstat($0, &status) == -1 && errno == ENOENT }
  }

  /// Removes those of `folders` that are empty, in their order.
  package static func removeEmpty(_ folders: [String]) {
    for folder in folders { rmdir(folder) }
  }

  /// Throws if the run could not write into its folders, or not make them. Leaves no trace.
  package func requireWritable() throws(RunFolderError) {
    for part in [samplesFolder, checkpointsFolder] where Self.isLink(part) { throw .linkInside(part) }
    for part in [path, samplesFolder, checkpointsFolder] { try Self.requireWritable(Self.nearest(part)) }
  }

  /// `path`, or the innermost folder above it that exists.
  private static func nearest(_ path: String) throws(RunFolderError) -> String {
    var place = path
    var status = stat()
    while stat(place, &status) == -1 {
      let code = errno
      let parent = Folder.parent(of: place)
      // ENOTDIR: a file further up.
      guard code == ENOENT && !isLink(place) || code == ENOTDIR, parent != place else {
        throw .file(.system(operation: "open the folder", path: place, code: code))
      }
      place = parent
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(place) }
    return place
  }

  /// A file without a name, which is gone when it is closed (`man 2 open`: O_TMPFILE), shows more than the permissions
  /// do: a disk that is read-only, full, or over its quota.
  private static func requireWritable(_ folder: String) throws(RunFolderError) {
    let withoutName = 0o20_000_000 | O_DIRECTORY
    let file = open(folder, withoutName | O_WRONLY | O_CLOEXEC, 0o600)
    if file >= 0 {
      close(file)
      return
    }
    // Not every file system has such files.
    if [EOPNOTSUPP, EISDIR, EINVAL].contains(errno), access(folder, W_OK | X_OK) == 0 { return }
    throw failed("write", folder)
  }
}
