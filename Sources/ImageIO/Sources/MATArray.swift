import CImage
import Files
import Synchronization

/// An array of unsigned bytes in a MATLAB 5 file, compressed or not, of either byte order.
struct MATArray {
  let file: PublishedFile
  package let name: String
  /// Four sizes, 1 for missing dimensions; their product is above 0.
  let sizes: [Int]

  /// Serializes calls: matio keeps its log in global variables.
  private static let matio = Mutex(())

  /// Checks the file's lengths and finds the array.
  init(named name: String, in file: PublishedFile) throws(ImageError) {
    try Self.requireMATLAB(file)
    var sizes = [Int](repeating: 0, count: 4)
    let reason = Self.matio.withLock { _ in
      reasonOfFailure { cimage_mat_size(file.path, name, &sizes, $0, $1) == 0 }
    }
    if let reason { throw Self.damaged(file, reason) }
    self.file = file
    self.name = name
    self.sizes = sizes
  }

  /// Files of another kind are named as what they are; HDF5 is MATLAB's version 7.3, or looks like it.
  private static func requireMATLAB(_ file: PublishedFile) throws(ImageError) {
    let content: FileContent
    do throws(FileError) { content = try FileContent(path: file.path) } catch { throw ImageError(error) }
    guard content.excludes(.matlab), content != .format(.hdf5) else { return }
    throw .other(path: file.path, content, expected: "a MATLAB file of version 5")
  }

  /// All bytes, column-major: the first dimension varies fastest.
  func content() throws(ImageError) -> [UInt8] {
    var reason: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: sizes.reduce(1, *)) { bytes, count in
      // Bytes that matio does not write must not expose other memory.
      bytes.initialize(repeating: 0)
      count = bytes.count
      reason = Self.matio.withLock { _ in
        reasonOfFailure { cimage_mat_read(file.path, name, sizes, bytes.baseAddress, $0, $1) == 0 }
      }
    }
    if let reason { throw Self.damaged(file, reason) }
    return bytes
  }

  private static func damaged(_ file: PublishedFile, _ reason: String) -> ImageError {
    .damaged(path: file.path, format: "MATLAB", reason: reason)
  }
}
