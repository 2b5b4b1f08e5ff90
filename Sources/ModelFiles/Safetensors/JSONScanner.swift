/// Why a header is refused, and the byte offset of the error.
struct JSONProblem: Error {
  let offset: Int
  let found: String
  let expected: String
}

/// Reads the subset of JSON in safetensors headers (RFC 8259), strictly and without recursion.
///
/// Not a general parser: those keep the last of two equal keys and do not give the offset of a value.
struct JSONScanner {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads `{"key": value, …}`. `readValue` gets each key and its offset, and must read the value.
  mutating func object(
    _ readValue: (inout JSONScanner, _ key: String, _ offset: Int) throws(JSONProblem) -> Void
  ) throws(JSONProblem) {
    try take("{")
    if skip("}") { return }
    repeat {
      skipSpace()
      let offset = position
      let key = try string().text
      try take(":")
      try readValue(&self, key, offset)
    } while skip(",")
    try take("}")
  }

  /// Reads `[1, 2, …]`: whole numbers from 0 on.
  mutating func naturalNumbers() throws(JSONProblem) -> [Int] {
    try take("[")
    var numbers: [Int] = []
    if skip("]") { return numbers }
    repeat { numbers.append(try naturalNumber()) } while skip(",")
    try take("]")
    return numbers
  }

  /// Reads a string; returns it and the range of its bytes between the quotes.
  mutating func string() throws(JSONProblem) -> (text: String, raw: Range<Int>) {
    try take("\"")
    let start = position
    var content: [UInt8] = []
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw JSONProblem(offset: start, found: "a string that is not UTF-8", expected: "UTF-8")
        }
        return (text, start..<position - 1)
      case UInt8(ascii: "\\"): content += String(try escaped()).utf8
      case 0..<32: throw JSONProblem(offset: position - 1, found: "control character \(byte)", expected: "text")
      default: content.append(byte)
      }
    }
    throw problem(expected: "the end of a string")
  }

  /// Reads the end of the text. Only white space may come before it.
  mutating func end() throws(JSONProblem) {
    skipSpace()
    guard position == bytes.count else { throw problem(expected: "the end of the header") }
  }

  private mutating func naturalNumber() throws(JSONProblem) -> Int {
    skipSpace()
    let start = position
    var number = 0
    while position < bytes.count, let digit = Self.digit(bytes[position]), digit < 10 {
      let (scaled, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = scaled.addingReportingOverflow(digit)
      guard !overflow, !carry else {
        throw JSONProblem(offset: start, found: "a number over 2^63", expected: "a size that fits memory")
      }
      number = sum
      position += 1
    }
    guard position > start, position == start + 1 || bytes[start] != UInt8(ascii: "0") else {
      position = start
      throw problem(expected: "a whole number")
    }
    return number
  }

  /// Reads the rest of an escape sequence after the backslash (RFC 8259 §7).
  private mutating func escaped() throws(JSONProblem) -> Unicode.Scalar {
    switch next() {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try codeUnit()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      guard unit < 0xDC00, next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") else { break }
      let low = try codeUnit()
      guard 0xDC00..<0xE000 ~= low else { break }
      return Unicode.Scalar((unit - 0xD800) << 10 + (low - 0xDC00) + 0x10000)!
    default: break
    }
    throw problem(expected: "an escape sequence of JSON")
  }

  private mutating func codeUnit() throws(JSONProblem) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next(), let digit = Self.digit(byte) else { throw problem(expected: "four hexadecimal digits") }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  private static func digit(_ byte: UInt8) -> Int? { Character(Unicode.Scalar(byte)).hexDigitValue }

  private mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func take(_ character: Unicode.Scalar) throws(JSONProblem) {
    guard skip(character) else { throw problem(expected: String(character)) }
  }

  private func problem(expected: String) -> JSONProblem {
    let found = position < bytes.count ? String(Unicode.Scalar(bytes[position])).debugDescription : "the header's end"
    return JSONProblem(offset: position, found: found, expected: expected)
  }
}
