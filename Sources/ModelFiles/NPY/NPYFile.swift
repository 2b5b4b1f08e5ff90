import Files

/// An array in a NumPy file, read row by row, so that it may be larger than memory.
package final class NPYFile: Sendable {
  /// At least one axis.
  package let shape: [Int]
  private let type: NPYHeader.ElementType
  private let file: RegularFile
  private let start: Int

  package var path: String { file.path }
  /// Numbers in a row, the product of all axes but the first.
  package var rowCount: Int { shape.dropFirst().reduce(1, *) }

  package init(path: String) throws(FileError) {
    file = try RegularFile(path: path)
    let beginning = try file.bytes(at: 0, count: min(file.size, FileContent.prefixLength))
    let content = FileContent(beginning)
    guard !content.excludes(.npy) else {
      throw .foreign(path: path, content, expected: "an array of NumPy's, written by numpy.save")
    }
    let prefix = Array(beginning.prefix(12))
    guard prefix.count >= 10, Array(prefix.prefix(6)) == NPYHeader.magic, 1...3 ~= prefix[6] else {
      throw .damaged(path: path, found: "other first bytes", expected: "an array of NumPy's, written by numpy.save")
    }
    let digits = prefix[6] == 1 ? 2 : 4
    let length = prefix[8..<min(prefix.count, 8 + digits)].reversed().reduce(0) { $0 << 8 | Int($1) }
    start = 8 + digits + length
    guard length <= NPYHeader.longest, start <= file.size else {
      throw .damaged(
        path: path, found: "a header of \(quantity(length, "byte")) in a file of \(file.size)",
        expected: "one that fits")
    }
    let text = String(decoding: try file.bytes(at: 8 + digits, count: length), as: UTF8.self)
    let header: NPYHeader
    do throws(NPYHeader.Problem) { header = try NPYHeader(text) } catch {
      throw .unsuitable(path: path, found: error.found, expected: error.expected)
    }
    guard !header.shape.isEmpty else {
      throw .unsuitable(path: path, found: "a single number", expected: "an array with rows")
    }
    (shape, type) = (header.shape, header.type)
    let size = shape.reduce(type.size, *)
    guard file.size - start == size else {
      throw .damaged(
        path: path, found: "\(quantity(file.size - start, "byte")) of numbers",
        expected: "\(size), as the shape \(shape) needs")
    }
  }

  /// The numbers of some rows, in single precision. Throws if one is not finite.
  package func rows(_ range: Range<Int>) throws(FileError) -> [Float] {
    let size = rowCount * type.size
    let bytes = try file.bytes(at: start + range.lowerBound * size, count: range.count * size)
    let values = bytes.withUnsafeBytes { bytes in
      (0..<range.count * rowCount).map { place in
        switch type {
        case .float32: bytes.loadUnaligned(fromByteOffset: 4 * place, as: Float.self)
        case .float64: Float(bytes.loadUnaligned(fromByteOffset: 8 * place, as: Double.self))
        }
      }
    }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw .unsuitable(
        path: path, found: "\(values[place]) in row \(range.lowerBound + place / rowCount)", expected: "finite numbers")
    }
    return values
  }
}
