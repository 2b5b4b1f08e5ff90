import Files

/// A safetensors file open for reading. The whole header is checked before any tensor is read.
///
/// Format: https://github.com/huggingface/safetensors#format.
package final class SafetensorsFile: Sendable {
  package enum Verification: Sendable {
    /// Only the header is checked.
    case none
    /// The `file` hash is checked if the metadata have one.
    case whenPresent
    /// A file without a `file` hash is refused. Only this detects every flipped bit.
    case required
  }

  /// The most bytes of a header that is read, as in the reference implementation.
  package static let headerLimit = 100_000_000

  package let metadata: [String: String]
  /// In the order of their data.
  package let entries: [TensorEntry]
  /// Whether all bytes have been verified by the file's own hash.
  package let isVerified: Bool
  private let file: RegularFile
  private let dataStart: Int
  private let indices: [String: Int]

  package var path: String { file.path }

  package init(path: String, verification: Verification = .whenPresent) throws(FileError) {
    file = try RegularFile(path: path)
    let content = FileContent(try file.bytes(at: 0, count: min(file.size, FileContent.prefixLength)))
    guard !content.excludes(.safetensors) else {
      throw .foreign(path: path, content, expected: FileFormat.safetensors.rawValue)
    }
    let start = try Self.dataStart(file)
    var json = try file.bytes(at: 8, count: start - 8)
    let header: SafetensorsHeader
    do {
      header = try SafetensorsHeader(json: json, dataCount: file.size - start)
    } catch {
      throw .damaged(path: path, found: "\(error.found) (byte \(error.offset) of the header)", expected: error.expected)
    }
    metadata = header.metadata
    entries = header.entries
    indices = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
    dataStart = start

    guard verification != .none, let digits = header.fileDigits, Self.areHexDigits(json[digits]) else {
      guard verification != .required else {
        throw .damaged(
          path: path, found: "no SHA-256 of the file in its metadata", expected: "the key \"file\" with one")
      }
      isVerified = false
      return
    }
    let recorded = Array(json[digits])
    json.replaceSubrange(digits, with: repeatElement(UInt8(ascii: "0"), count: 64))
    var hash = SHA256()
    hash.update(UInt64(json.count))
    hash.update(json)
    try Self.update(&hash, from: file, start..<file.size)
    let found = hash.finish()
    guard found.hexDigits == recorded else {
      throw .damaged(
        path: path, found: "contents with SHA-256 \(found.hex.prefix(12))…",
        expected: "\(String(decoding: recorded.prefix(12), as: UTF8.self))…, as recorded when it was written")
    }
    isVerified = true
  }

  package func entry(_ name: String) -> TensorEntry? { indices[name].map { entries[$0] } }

  /// The values of a float32 tensor in row-major order.
  package func floats(_ name: String) throws(FileError) -> [Float] {
    let entry = try floatEntry(name)
    var values = [Float](repeating: 0, count: entry.count)
    try values.withUnsafeMutableBufferPointer { buffer throws(FileError) in
      try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: dataStart + entry.range.lowerBound)
    }
    return values
  }

  /// Reads all float32 tensors; throws if a value is infinite or NaN.
  package func requireFinite() throws(FileError) {
    for entry in entries where entry.type == .float32 {
      guard let value = try floats(entry.name).first(where: { !$0.isFinite }) else { continue }
      throw .damaged(
        path: path, found: "the value \(value.isNaN ? "nan" : "\(value)") in tensor \(entry.name)",
        expected: "finite numbers")
    }
  }

  /// Reads a float32 tensor, which must have this shape, into `values` in row-major order.
  package func read(
    _ name: String, shape: [Int], into values: UnsafeMutableBufferPointer<Float>
  ) throws(FileError) {
    let entry = try floatEntry(name)
    guard entry.shape == shape else {
      throw .unsuitable(path: path, found: "tensor \(name) of shape \(entry.shape)", expected: "shape \(shape)")
    }
    precondition(values.count == entry.count, "\(name) has \(entry.count) values, not \(values.count)")
    try file.read(into: UnsafeMutableRawBufferPointer(values), at: dataStart + entry.range.lowerBound)
  }

  /// The bytes of a tensor of any type.
  package func bytes(_ name: String) throws(FileError) -> [UInt8] {
    let entry = try existingEntry(name)
    return try file.bytes(at: dataStart + entry.range.lowerBound, count: entry.range.count)
  }

  /// The hash of the tensors, for comparing runs. Computed from the data; `metadata["tensors"]` has the recorded one.
  package func tensorsHash() throws(FileError) -> SHA256.Digest {
    var hash = TensorsHash()
    for entry in entries {
      var data = SHA256()
      let start = dataStart + entry.range.lowerBound
      try Self.update(&data, from: file, start..<start + entry.range.count)
      hash.add(name: entry.name, type: entry.type, shape: entry.shape, data: data.finish())
    }
    return hash.digest()
  }

  private func existingEntry(_ name: String) throws(FileError) -> TensorEntry {
    guard let entry = entry(name) else {
      throw .unsuitable(path: path, found: "no tensor \(name)", expected: "one of that name")
    }
    return entry
  }

  private func floatEntry(_ name: String) throws(FileError) -> TensorEntry {
    let entry = try existingEntry(name)
    guard entry.type == .float32 else {
      throw .unsuitable(path: path, found: "tensor \(name) of type \(entry.type.rawValue)", expected: "F32")
    }
    return entry
  }

  /// Offset of the data, which follow the header and its length.
  private static func dataStart(_ file: borrowing RegularFile) throws(FileError) -> Int {
    guard file.size >= 8 else {
      throw .damaged(
        path: file.path, found: quantity(file.size, "byte"), expected: "at least the 8 of a header's length")
    }
    let length = try file.bytes(at: 0, count: 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(file.size - 8, headerLimit)) else {
      throw .damaged(
        path: file.path, found: "a header of \(length) bytes in a file of \(file.size)",
        expected: "one that fits the file and is at most \(headerLimit) bytes long")
    }
    return 8 + Int(length)
  }

  private static func areHexDigits(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.count == 64 && bytes.allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }

  private static func update(
    _ hash: inout SHA256, from file: borrowing RegularFile, _ range: Range<Int>
  ) throws(FileError) {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 20) {
      let block = try file.bytes(at: start, count: min(1 << 20, range.upperBound - start))
      hash.update(block)
    }
  }
}
