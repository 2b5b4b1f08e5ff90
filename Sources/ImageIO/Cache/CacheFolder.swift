import Files
import Glibc

/// The folder of caches of decoded images: what it holds, and removing what is not needed. Other files in it stay as
/// they are.
package struct CacheFolder: Sendable {
  /// A cache: the file of one set of images under one transform.
  package struct Entry: Sendable {
    package let path: String
    /// Bytes that it takes up on the disk.
    package let bytes: Int
    /// Bytes that it takes up once it is filled.
    package let fullBytes: Int
    /// Time of the last start that used it, s since 1970.
    package let used: Int
    /// Whether a process reads or fills it now.
    package let isInUse: Bool
    /// nil for a file of another version, which this one does not read.
    package let header: CacheHeader?
  }

  package let path: String

  package init(_ path: String) { self.path = path }

  static let suffix = ".images"

  /// The caches, those unused for the longest time first; none if there is no folder.
  package func entries() throws(FileError) -> [Entry] {
    let names: [String]
    do { names = try Folder.names(in: path) } catch {
      if case .system(_, _, ENOENT) = error { return [] }
      throw error
    }
    var entries: [Entry] = []
    for name in names where Self.isCache(name) {
      if let entry = try entry(name) { entries.append(entry) }
    }
    return entries.sorted { ($0.used, $0.path) < ($1.used, $1.path) }
  }

  /// Removes a cache, unless it is in use by now; returns whether it is gone.
  package func remove(_ entry: Entry) throws(FileError) -> Bool {
    let file = Self.open(entry.path)
    if file < 0 {
      guard errno != ENOENT else { return true }
      throw .system(operation: "open", path: entry.path, code: errno)
    }
    defer { close(file) }
    // Held until the name is gone: who opens the file meanwhile waits, and makes another one.
    guard flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return false }
    guard unlink(entry.path) == 0 || errno == ENOENT else {
      throw .system(operation: "remove", path: entry.path, code: errno)
    }
    return true
  }

  /// The bytes that the cache `name` may grow to within `limit` for the whole folder, at most `wanted`. Where they do
  /// not suffice, caches of other versions and those unused for `idle` seconds are removed first.
  func room(for name: String, wanting wanted: Int, within limit: Int, idle: Int, now: Int) throws(FileError) -> Int {
    let others = try entries().filter { $0.path != "\(path)/\(name)" }
    // A cache in use may be growing: it counts as full.
    var taken = others.reduce(0) { $0 + ($1.isInUse ? max($1.fullBytes, $1.bytes) : $1.bytes) }
    let outdated = others.filter { !$0.isInUse && $0.header == nil }
    let unused = others.filter { !$0.isInUse && $0.header != nil && $0.used < now - idle }
    for entry in outdated + unused where taken > limit - wanted {
      if (try? remove(entry)) == true { taken -= entry.bytes }
    }
    return min(wanted, max(0, limit - taken))
  }

  private func entry(_ name: String) throws(FileError) -> Entry? {
    let path = "\(path)/\(name)"
    let file = Self.open(path)
    if file < 0 {
      guard errno != ENOENT else { return nil }  // removed meanwhile
      throw .system(operation: "open", path: path, code: errno)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .system(operation: "examine", path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    let isInUse = flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    var bytes = [UInt8](repeating: 0, count: CacheHeader.byteCount)
    let isRead = pread(file, &bytes, bytes.count, 0) == bytes.count
    return Entry(
      path: path, bytes: Int(status.st_blocks) * 512, fullBytes: Int(status.st_size),
      used: status.st_mtim.tv_sec, isInUse: isInUse, header: isRead ? CacheHeader(bytes) : nil)
  }

  /// Writable if possible: network file systems lock no other files.
  private static func open(_ path: String) -> Int32 {
    let flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    let file = Glibc.open(path, O_RDWR | flags)
    return file < 0 && (errno == EACCES || errno == EROFS) ? Glibc.open(path, O_RDONLY | flags) : file
  }

  /// 64 hexadecimal digits and the suffix, as `ImageCache` names its files.
  private static func isCache(_ name: String) -> Bool {
    guard name.hasSuffix(suffix) else { return false }
    let key = name.utf8.dropLast(suffix.utf8.count)
    return key.count == 2 * ContentHash.byteCount
      && key.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0 }
  }
}
