import Files
import Foundation

/// `<name>.part`: the part of a file fetched so far, locked, so that only one process fetches it at a time.
///
/// `<name>.part.from` beside it identifies the version of the file, so that two versions are never mixed.
struct PartFile: ~Copyable {
  let path: String
  private let target: String
  private let descriptor: Int32

  /// - Parameter target: the path of the whole file.
  init(for target: String) throws(FetchError) {
    let path = target + ".part"
    let descriptor: Int32
    do throws(FileError) {
      descriptor = try opened("create", path) { open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666) }
    } catch {
      throw .file(error)
    }
    // A child that was about to end, or has been started elsewhere in this process and has not yet closed its copy, may
    // hold the lock a moment longer.
    var attempts = 20
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      attempts -= 1
      if attempts > 0 {
        usleep(50_000)
        continue
      }
      close(descriptor)
      throw .busy(path: target)
    }
    (self.path, self.target, self.descriptor) = (path, target, descriptor)
  }

  deinit {
    if size == 0 { remove() }
    close(descriptor)
  }

  /// The open file, to be a child's standard input: it then holds the lock, too, for as long as it writes.
  var lock: Int32 { descriptor }

  var size: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// The server's identifier of this version: an ETag or the time of its last change; nil if it sent none.
  var version: String? {
    get {
      guard let bytes = try? contents(ofFile: path + ".from"), !bytes.isEmpty else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    }
    nonmutating set {
      guard newValue != version else { return }
      // Without it the next start fetches the whole file again, which is safe.
      if let newValue { try? AtomicFile.replace(path + ".from", with: newValue) } else { unlink(path + ".from") }
    }
  }

  /// Discards the part.
  func clear() {
    ftruncate(descriptor, 0)
    unlink(path + ".from")
  }

  func remove() {
    clear()
    unlink(path)
  }

  func sha256() throws(FetchError) -> String {
    do throws(FileError) { return try SHA256.digest(ofFile: path).hex } catch { throw .file(error) }
  }

  /// Gives the whole file its name.
  func commit() throws(FetchError) {
    do throws(FileError) {
      try synchronize(descriptor, path: path)
      try checked("rename", path) { rename(path, target) }
      unlink(path + ".from")
      try Folder.synchronize(Folder.parent(of: target))
    } catch {
      throw .file(error)
    }
  }
}
