import Files

/// The contents of the JSON header of a safetensors file.
struct SafetensorsHeader {
  var metadata: [String: String] = [:]
  /// In the order of their data.
  var entries: [TensorEntry] = []
  /// Range in the header of the value of `file` in the metadata, without its quotes.
  var fileDigits: Range<Int>?

  /// Reads `json`. The tensors must cover `dataCount` bytes of data without gap or overlap.
  init(json: [UInt8], dataCount: Int) throws(JSONProblem) {
    guard json.first == UInt8(ascii: "{") else {
      throw JSONProblem(offset: 0, found: "no {", expected: "a header that begins with {")
    }
    var scanner = JSONScanner(json)
    var names: Set<String> = []
    try scanner.object { scanner, key, offset throws(JSONProblem) in
      guard names.insert(key).inserted else {
        throw JSONProblem(offset: offset, found: "the name \(key.debugDescription) twice", expected: "each name once")
      }
      if key == "__metadata__" {
        try readMetadata(&scanner)
      } else {
        entries.append(try Self.entry(named: key, &scanner))
      }
    }
    try scanner.end()
    try checkCover(dataCount)
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner) throws(JSONProblem) {
    try scanner.object { scanner, key, offset throws(JSONProblem) in
      let value = try scanner.string()
      guard metadata.updateValue(value.text, forKey: key) == nil else {
        throw JSONProblem(offset: offset, found: "\(key.debugDescription) twice in the metadata", expected: "once")
      }
      if key == "file" { fileDigits = value.raw }
    }
  }

  private static func entry(named name: String, _ scanner: inout JSONScanner) throws(JSONProblem) -> TensorEntry {
    let start = scanner.position
    let tensor = "tensor \(name.debugDescription)"
    var type: ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { scanner, key, offset throws(JSONProblem) in
      switch key {
      case "dtype" where type == nil:
        let found = try scanner.string().text
        type = ElementType(rawValue: found)
        if type == nil {
          let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
          throw JSONProblem(
            offset: offset, found: "\(tensor) of type \(found.debugDescription)", expected: "one of \(known)")
        }
      case "shape" where shape == nil: shape = try scanner.naturalNumbers()
      case "data_offsets" where offsets == nil: offsets = try scanner.naturalNumbers()
      default:
        throw JSONProblem(
          offset: offset, found: "\(key.debugDescription) in \(tensor)",
          expected: "dtype, shape and data_offsets, each once")
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw JSONProblem(
        offset: start, found: "\(tensor) without all of these", expected: "dtype, shape and two data_offsets")
    }
    let size = shape.reduce((partialValue: type.size, overflow: false)) { product, size in
      let next = product.partialValue.multipliedReportingOverflow(by: size)
      return (next.partialValue, product.overflow || next.overflow)
    }
    guard !size.overflow, offsets[0] <= offsets[1], offsets[1] - offsets[0] == size.partialValue else {
      throw JSONProblem(
        offset: start, found: "\(tensor) of shape \(shape) in the bytes \(offsets[0])..<\(offsets[1])",
        expected: size.overflow
          ? "a size that fits memory" : "\(quantity(size.partialValue, "byte")) for \(type.rawValue)")
    }
    return TensorEntry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  private mutating func checkCover(_ dataCount: Int) throws(JSONProblem) {
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw JSONProblem(
          offset: 0, found: "tensor \(entry.name.debugDescription) at byte \(entry.range.lowerBound) of the data",
          expected: "it at byte \(end), without gap or overlap")
      }
      end = entry.range.upperBound
    }
    guard end == dataCount else {
      throw JSONProblem(
        offset: 0, found: "\(quantity(dataCount, "byte")) behind the header",
        expected: "the \(quantity(end, "byte")) of the tensors it lists")
    }
  }
}
