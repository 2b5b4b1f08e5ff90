import Files
import Glibc
import Synchronization

/// The file of an image cache: a header, then one record per image, at the header's end + index · size of a record.
///
/// Many processes and threads may read and fill it at once; of two that fill the same record at the same time, one's
/// bytes stay, or a record that is not valid.
final class CacheFile: Sendable {
  /// The first images, for which the file has room.
  let images: Int
  private let path: String
  private let descriptor: Int32
  private let recordCount: Int
  private let isWritable: Atomic<Bool>

  /// Opens the file, or creates it at its full size without taking up the room.
  ///
  /// - Parameter room: the bytes that it may grow to, given its full size; called only if it is not that large yet.
  static func open(
    _ path: String, _ header: CacheHeader, room: (_ fullSize: Int) throws(FileError) -> Int
  ) throws(FileError) -> CacheFile {
    guard let size = header.fileSize else {
      throw .unsuitable(path: path, found: "\(header.images) images", expected: "a number that fits one file")
    }
    var isWritable = true
    var file = openLocked(path, O_RDWR | O_CREAT)
    if file < 0 && (errno == EACCES || errno == EROFS) {
      let code = errno
      isWritable = false
      file = openLocked(path, O_RDONLY)
      // Reading what is not there fails in another way than making it, which is the reason.
      if file < 0 { errno = code }
    }
    guard file >= 0 else { throw .system(operation: "open the cache of decoded images", path: path, code: errno) }
    do throws(FileError) {
      // Its size only ever grows, so that it matters not which of many processes sets it.
      var status = stat()
      try checked("examine", path) { fstat(file, &status) }
      var found = Int(status.st_size)
      guard status.st_mode & S_IFMT == S_IFREG, found <= size else {
        throw .unsuitable(
          path: path, found: "something else", expected: "a cache of decoded images of \(size) bytes; remove it")
      }
      if isWritable {
        if found < size {
          let wanted = min(size, try room(size))
          let records = max(0, wanted - CacheHeader.byteCount) / header.recordCount
          let allowed = CacheHeader.byteCount + records * header.recordCount
          if records > 0, found < allowed {
            try writeFully(file, path: path, header.bytes, at: 0)
            try checked("set the size of the cache of decoded images", path) { ftruncate(file, allowed) }
            found = allowed
          } else if found == 0 {
            unlink(path)  // no room for anything
          }
        }
        // The time of its last use, by which it may be removed.
        futimens(file, nil)
      }
      let images = max(0, found - CacheHeader.byteCount) / header.recordCount
      return CacheFile(path, file, header.recordCount, images: images, isWritable)
    } catch {
      close(file)
      throw error
    }
  }

  /// Opens the file and locks it, so that nobody removes it. File systems without locks do without.
  private static func openLocked(_ path: String, _ flags: Int32) -> Int32 {
    // Who removes it holds its lock for a moment only.
    for _ in 0..<100 {
      let file = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
      guard file >= 0 else { return file }
      let isHeld = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
      var status = stat()
      if !isHeld && !(fstat(file, &status) == 0 && status.st_nlink == 0) { return file }
      close(file)
      usleep(2000)
    }
    errno = EWOULDBLOCK
    return -1
  }

  private init(_ path: String, _ descriptor: Int32, _ recordCount: Int, images: Int, _ isWritable: Bool) {
    self.path = path
    self.descriptor = descriptor
    self.recordCount = recordCount
    self.images = images
    self.isWritable = Atomic(isWritable)
  }

  deinit { close(descriptor) }

  private func offset(of index: SourceIndex) -> Int { CacheHeader.byteCount + index.number * recordCount }

  /// Fills `record` with record `index`; false if it cannot be read or is not valid.
  func read(_ record: inout CacheRecord, at index: SourceIndex) -> Bool {
    guard index.number < images else { return false }
    let start = offset(of: index)
    let isWhole = record.bytes.withUnsafeMutableBytes { bytes in
      var done = 0
      while done < bytes.count {
        let moved = pread(descriptor, bytes.baseAddress! + done, bytes.count - done, start + done)
        if moved < 0 && errno == EINTR { continue }
        if moved <= 0 { return false }
        done += moved
      }
      return true
    }
    return isWhole && record.isValid(at: index)
  }

  /// Writes record `index`, its checksum last. The first failure ends all writing and is returned.
  func write(_ record: CacheRecord, at index: SourceIndex) -> FileError? {
    guard index.number < images, isWritable.load(ordering: .relaxed) else { return nil }
    let start = offset(of: index)
    do throws(FileError) {
      try record.bytes.withUnsafeBufferPointer { bytes throws(FileError) in
        let first = CacheRecord.checksumCount
        for part in [first..<bytes.count, 0..<first] {
          let bytes = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[part]))
          try writeFully(descriptor, path: path, bytes, at: start + part.lowerBound)
        }
      }
      return nil
    } catch {
      return isWritable.exchange(false, ordering: .relaxed) ? error : nil
    }
  }
}
