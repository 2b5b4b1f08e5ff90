import CImage
import Glibc

/// A file of unsigned bytes in IDX format, plain or gzip: magic 0x0000 08 dimensions, the sizes as 32-bit big-endian
/// numbers, the bytes.
struct IDXFile {
  let path: String
  /// The size of each dimension; their product fits.
  let sizes: [Int]
  /// Bytes of the file as it lies on disk.
  let byteCount: Int
  /// Time of the last modification, ns since 1970.
  let modified: Int
  private let isGzip: Bool

  var name: String { String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]) }
  private var headerCount: Int { 4 + 4 * sizes.count }

  /// Most bytes that are held in memory; MNIST has 47 million.
  private static let mostBytes = 1 << 34

  /// Reads and checks the header.
  init(path: String, dimensions: Int) throws(ImageError) {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { throw .noSuchFolder(path: path) }
      throw .unreadable(path: path, operation: "examine", code: errno)
    }
    byteCount = Int(status.st_size)
    modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
    let bytes = try FileBytes.read(path)
    isGzip = bytes.starts(with: [0x1F, 0x8B])
    let count = 4 + 4 * dimensions
    let header = isGzip ? try Self.inflated(bytes, count, whole: false, path) : Array(bytes.prefix(count))
    func damaged(_ reason: String) -> ImageError { .damaged(path: path, format: "IDX", reason: reason) }
    guard header.count == count else {
      throw damaged("its header needs \(count) bytes, the file has \(bytes.count)")
    }
    let numbers = stride(from: 0, to: count, by: 4).map { at in header[at..<at + 4].bigEndian }
    guard numbers[0] == 0x800 | dimensions else {
      throw damaged(
        "its magic number is 0x\(String(numbers[0], radix: 16)), expected 0x\(String(0x800 | dimensions, radix: 16)): "
          + "unsigned bytes in \(dimensions) dimension\(dimensions == 1 ? "" : "s")")
    }
    sizes = Array(numbers.dropFirst())
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow, next <= Self.mostBytes else {
        throw damaged("its sizes \(sizes) make more bytes than the \(Self.mostBytes) that are read")
      }
      product = next
    }
    let expected = count + product
    guard isGzip || bytes.count == expected else {
      throw damaged("its sizes \(sizes) make \(expected) bytes with the header, the file has \(bytes.count)")
    }
    // The last four bytes of gzip are the length before compression modulo 2³².
    let length = bytes.suffix(4).reversed().bigEndian
    guard !isGzip || (bytes.count >= 18 && length == expected & 0xFFFF_FFFF) else {
      throw damaged(
        "its sizes \(sizes) make \(expected) bytes with the header, its gzip trailer says \(length): cut short?")
    }
  }

  /// All bytes after the header.
  func content() throws(ImageError) -> [UInt8] {
    let bytes = try FileBytes.read(path)
    let expected = headerCount + sizes.reduce(1, *)
    let whole = isGzip ? try Self.inflated(bytes, expected, whole: true, path) : bytes
    guard whole.count == expected else {
      throw .damaged(
        path: path, format: "IDX", reason: "it changed from \(expected) to \(whole.count) bytes while it was read")
    }
    return Array(whole.dropFirst(headerCount))
  }

  private static func inflated(
    _ bytes: [UInt8], _ count: Int, whole: Bool, _ path: String
  ) throws(ImageError) -> [UInt8] {
    // A size that the compressed bytes cannot yield (deflate's best is 1032:1) is refused before it is allocated.
    guard count / 1032 <= bytes.count else {
      throw .damaged(
        path: path, format: "gzip", reason: "\(bytes.count) bytes cannot hold the \(count) that its header promises")
    }
    var reason: String?
    let inflated = [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
      output.initialize(repeating: 0)
      initialized = count
      reason = reasonOfFailure {
        cimage_gunzip(bytes, bytes.count, output.baseAddress, count, whole ? 1 : 0, $0, $1) == 0
      }
    }
    if let reason { throw .damaged(path: path, format: "gzip", reason: reason) }
    return inflated
  }
}

extension IDXFile {
  /// `path` itself where it is a file; in a folder, the published file whose name begins with `stem`, plain or gzip.
  static func find(_ stem: String, dimensions: Int, in path: String) throws(ImageError) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { throw .noSuchFolder(path: path) }
      throw .unreadable(path: path, operation: "examine", code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { return path }
    let names = ["-", "."].flatMap { ["\(stem)\($0)idx\(dimensions)-ubyte", "\(stem)\($0)idx\(dimensions)-ubyte.gz"] }
    for name in names where access("\(path)/\(name)", F_OK) == 0 { return "\(path)/\(name)" }
    throw .noSuchFile(folder: path, expected: names)
  }

  /// The published name of the labels of an images' file.
  static func labelsName(of images: String) -> String {
    var name = images
    for (part, other) in [("images", "labels"), ("idx3", "idx1")] {
      guard let range = name.firstRange(of: part) else { continue }
      name.replaceSubrange(range, with: other)
    }
    return name
  }
}
