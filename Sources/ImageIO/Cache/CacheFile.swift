import Glibc
import Synchronization

/// The file of an image cache: one record per image, at index · size of a record.
///
/// Many processes and threads may read and fill it at once; two that fill the same record write the same bytes.
final class CacheFile: Sendable {
  private let descriptor: Int32
  private let recordCount: Int
  private let isWritable: Atomic<Bool>

  /// Opens the file, or creates it at its full size without taking up the room; fails with a reason.
  static func open(_ path: String, records: Int, ofBytes recordCount: Int) -> Result<CacheFile, Failure> {
    func failed(_ what: String) -> Result<CacheFile, Failure> {
      .failure(Failure(reason: "\(path): cannot \(what): \(String(cString: strerror(errno)))"))
    }
    let (size, overflow) = records.multipliedReportingOverflow(by: recordCount)
    guard !overflow else { return .failure(Failure(reason: "\(path): too many images for a file")) }
    var isWritable = true
    var file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    if file < 0 && (errno == EACCES || errno == EROFS) {
      isWritable = false
      file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    }
    guard file >= 0 else { return failed("open the cache of decoded images") }
    // Its size only ever grows, from 0 to this one, so that it matters not which of many processes sets it.
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) <= size else {
      close(file)
      return .failure(Failure(reason: "\(path): not a cache of decoded images of \(size) bytes; remove it"))
    }
    if isWritable && Int(status.st_size) < size && ftruncate(file, size) != 0 {
      defer { close(file) }
      return failed("set the size of the cache of decoded images")
    }
    return .success(CacheFile(file, recordCount, isWritable))
  }

  struct Failure: Error {
    let reason: String
  }

  private init(_ descriptor: Int32, _ recordCount: Int, _ isWritable: Bool) {
    self.descriptor = descriptor
    self.recordCount = recordCount
    self.isWritable = Atomic(isWritable)
  }

  deinit { close(descriptor) }

  /// Fills `record` with record `index`; false if it cannot be read or is not valid.
  func read(_ record: inout CacheRecord, at index: SourceIndex) -> Bool {
    let isWhole = record.bytes.withUnsafeMutableBytes { bytes in
      transfer(bytes.count) { pread(descriptor, bytes.baseAddress! + $0, $1, index.number * recordCount + $0) }
    }
    return isWhole && record.isValid(at: index)
  }

  /// Writes record `index`, its checksum last. The first failure ends all writing and returns its reason.
  func write(_ record: CacheRecord, at index: SourceIndex) -> String? {
    guard isWritable.load(ordering: .relaxed) else { return nil }
    let isWritten = record.bytes.withUnsafeBytes { bytes in
      let first = CacheRecord.checksumCount
      func put(_ range: Range<Int>) -> Bool {
        transfer(range.count) {
          pwrite(
            descriptor, bytes.baseAddress! + range.lowerBound + $0, $1,
            index.number * recordCount + range.lowerBound + $0)
        }
      }
      return put(first..<bytes.count) && put(0..<first)
    }
    if isWritten { return nil }
    let reason = String(cString: strerror(errno))
    return isWritable.exchange(false, ordering: .relaxed) ? reason : nil
  }

  private func transfer(_ count: Int, _ call: (_ done: Int, _ left: Int) -> Int) -> Bool {
    var done = 0
    while done < count {
      let moved = call(done, count - done)
      if moved < 0 && errno == EINTR { continue }
      if moved <= 0 { return false }
      done += moved
    }
    return true
  }
}
