import Files

/// The first bytes of a safetensors file: length, JSON, and spaces up to a multiple of 8. The hashes are filled in
/// later.
struct SafetensorsHeaderEncoding {
  private(set) var bytes: [UInt8] = []
  /// In the order of the declarations and of the data.
  private(set) var entries: [TensorEntry] = []
  /// Bytes of data after this header.
  private(set) var dataCount = 0
  private var fileDigits = 0
  private var tensorsDigits = 0

  init(tensors: [TensorDeclaration], metadata: [String: String]) {
    precondition(metadata["file"] == nil && metadata["tensors"] == nil, "file and tensors are the keys of the hashes")
    for tensor in tensors {
      let end = dataCount + tensor.count * ElementType.float32.size
      entries.append(TensorEntry(name: tensor.name, type: .float32, shape: tensor.shape, range: dataCount..<end))
      dataCount = end
    }
    bytes = [UInt8](repeating: 0, count: 8)
    encode(metadata.merging(["file": Self.noDigits, "tensors": Self.noDigits]) { old, _ in old })
    for entry in entries { encode(entry) }
    append("}")
    while bytes.count % 8 != 0 { append(" ") }
    withUnsafeBytes(of: UInt64(bytes.count - 8).littleEndian) { bytes.replaceSubrange(0..<8, with: $0) }
  }

  mutating func setFile(_ digest: SHA256.Digest) {
    bytes.replaceSubrange(fileDigits..<fileDigits + 64, with: digest.hexDigits)
  }

  mutating func setTensors(_ digest: SHA256.Digest) {
    bytes.replaceSubrange(tensorsDigits..<tensorsDigits + 64, with: digest.hexDigits)
  }

  private static let noDigits = String(repeating: "0", count: 64)

  private mutating func append(_ text: String) { bytes += text.utf8 }

  private mutating func encode(_ metadata: [String: String]) {
    append("{\"__metadata__\":{")
    for (index, pair) in metadata.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }).enumerated() {
      if index > 0 { append(",") }
      encode(pair.key)
      append(":")
      if pair.key == "file" { fileDigits = bytes.count + 1 }
      if pair.key == "tensors" { tensorsDigits = bytes.count + 1 }
      encode(pair.value)
    }
    append("}")
  }

  private mutating func encode(_ entry: TensorEntry) {
    append(",")
    encode(entry.name)
    let shape = entry.shape.map(String.init).joined(separator: ",")
    append(":{\"dtype\":\"\(entry.type.rawValue)\",\"shape\":[\(shape)],")
    append("\"data_offsets\":[\(entry.range.lowerBound),\(entry.range.upperBound)]}")
  }

  private mutating func encode(_ string: String) {
    append("\"")
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0..<16: append("\\u000" + String(byte, radix: 16))
      case 16..<32: append("\\u00" + String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    append("\"")
  }
}
