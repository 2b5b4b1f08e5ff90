import Glibc

/// A new file of records in the framing of TensorFlow's TFRecord (tensorflow/core/lib/io/record_writer.h): of each its length
/// as 8 bytes, that field's masked CRC-32C, the data, and their masked CRC-32C; little endian.
struct RecordFile: ~Copyable {
  let path: String
  private let descriptor: Int32
  private var length = 0

  /// Creates the file; one that is there, or a link, is never touched.
  init(creating path: String) throws(EventFileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw EventFileError(operation: "create", path: path, number: errno) }
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit { close(descriptor) }

  /// Adds whole records, or, where the disk is full, nothing of them.
  mutating func append(_ records: [[UInt8]]) throws(EventFileError) {
    let bytes = records.flatMap(Self.framed)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress! + done, $0.count - done, off_t(length + done))
      }
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        let code = count == 0 ? EIO : errno
        ftruncate(descriptor, off_t(length))
        throw EventFileError(operation: "write", path: path, number: code)
      }
    }
    length += bytes.count
  }

  func synchronize() throws(EventFileError) {
    guard fsync(descriptor) == 0 else { throw EventFileError(operation: "write", path: path, number: errno) }
  }

  static func framed(_ record: [UInt8]) -> [UInt8] {
    let length = bytes(UInt64(record.count))
    return length + bytes(CRC32C.masked(length)) + record + bytes(CRC32C.masked(record))
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
