import CImage
import Files

/// The first bytes of a file of unsigned bytes in IDX format, plain or gzip: magic 0x0000 08 dimensions, the sizes as
/// 32-bit big-endian numbers.
package struct IDXHeader {
  /// The size of each dimension; their product fits.
  package let sizes: [Int]
  private let isGzip: Bool

  private var count: Int { 4 + 4 * sizes.count }

  /// Most bytes that are held in memory; MNIST has 47 million.
  private static let mostBytes = 1 << 34

  /// Checks the header against the length of the file `bytes`; `path` is its name in errors.
  package init(_ bytes: [UInt8], dimensions: Int, path: String) throws(ImageError) {
    isGzip = bytes.starts(with: [0x1F, 0x8B])
    let count = 4 + 4 * dimensions
    func damaged(_ reason: String) -> ImageError { .damaged(path: path, format: "IDX", reason: reason) }
    let magic = isGzip ? try Self.inflated(bytes, 4, whole: false, path) : Array(bytes.prefix(4))
    guard magic == [0, 0, 8, UInt8(dimensions)] || (1...3).contains(magic.count) else {
      throw IDXKind(dimensions: dimensions).refusal(of: isGzip ? Self.beginning(bytes, path) : bytes, isGzip, path)
    }
    let header = isGzip ? try Self.inflated(bytes, count, whole: false, path) : Array(bytes.prefix(count))
    guard header.count == count else {
      throw damaged("its header needs \(quantity(count, "byte")), the file has \(bytes.count)")
    }
    let numbers = stride(from: 0, to: count, by: 4).map { at in header[at..<at + 4].bigEndian }
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
      throw damaged(
        "its sizes \(sizes) make \(quantity(expected, "byte")) with the header, the file has \(bytes.count)")
    }
    // The last four bytes of gzip are the length before compression modulo 2³².
    let length = bytes.suffix(4).reversed().bigEndian
    guard !isGzip || (bytes.count >= 18 && length == expected & 0xFFFF_FFFF) else {
      throw damaged(
        "its sizes \(sizes) make \(quantity(expected, "byte")) with the header, its gzip trailer says \(length): "
          + "cut short?"
      )
    }
  }

  /// All bytes after the header; `bytes` are the file's, read again.
  package func content(of bytes: [UInt8], path: String) throws(ImageError) -> [UInt8] {
    let expected = count + sizes.reduce(1, *)
    let whole = isGzip ? try Self.inflated(bytes, expected, whole: true, path) : bytes
    guard whole.count == expected else {
      throw .damaged(
        path: path, format: "IDX", reason: "it changed from \(expected) to \(whole.count) bytes while it was read")
    }
    return Array(whole.dropFirst(count))
  }

  /// The decompressed bytes by which content is recognized, or fewer if there are no more.
  private static func beginning(_ bytes: [UInt8], _ path: String) -> [UInt8] {
    for count in [FileContent.prefixLength, 512, 64, 16] {
      if let start = try? inflated(bytes, count, whole: false, path) { return start }
    }
    return (try? inflated(bytes, 4, whole: false, path)) ?? []
  }

  private static func inflated(
    _ bytes: [UInt8], _ count: Int, whole: Bool, _ path: String
  ) throws(ImageError) -> [UInt8] {
    // A size that the compressed bytes cannot yield (deflate's best is 1032:1) is refused before it is allocated.
    guard count / 1032 <= bytes.count else {
      throw .damaged(
        path: path, format: "gzip",
        reason: "\(quantity(bytes.count, "byte")) cannot hold the \(count) that its header promises")
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
