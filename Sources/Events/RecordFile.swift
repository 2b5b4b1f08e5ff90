import Files
import Glibc

/// A new file of records in TensorFlow's TFRecord framing (tensorflow/core/lib/io/record_writer.h). A record is the
/// length in 8 bytes, the masked CRC-32C of these bytes, the data, and the masked CRC-32C of the data; little endian.
struct RecordFile: ~Copyable {
  let path: String
  private let descriptor: Int32
  private var length = 0

  /// Creates the file. Throws if there is a file or a link at `path`.
  init(creating path: String) throws(FileError) {
    let descriptor = try opened("create", path) {
      open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    }
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit { close(descriptor) }

  /// Appends all records, or none of them if writing fails, as on a full disk.
  mutating func append(_ records: [[UInt8]]) throws(FileError) {
    let bytes = records.flatMap(Self.framed)
    do throws(FileError) {
      try writeFully(descriptor, path: path, bytes, at: length)
    } catch {
      ftruncate(descriptor, off_t(length))
      throw error
    }
    length += bytes.count
  }

  /// Waits until all records are on the disk.
  func synchronize() throws(FileError) { try Files.synchronize(descriptor, path: path) }

  static func framed(_ record: [UInt8]) -> [UInt8] {
    let length = bytes(UInt64(record.count))
    return length + bytes(CRC32C.masked(length)) + record + bytes(CRC32C.masked(record))
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}

/// The CRC with Castagnoli's polynomial 1EDC6F41 (RFC 3720, appendix B.4), the checksum of TensorBoard's records.
package enum CRC32C {
  /// Reflected, one entry for each byte value.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
  }

  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }

  /// The masked checksum of records: rotated and offset, because a CRC of data that contain their own CRC is weak.
  package static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let checksum = checksum(bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }
}
