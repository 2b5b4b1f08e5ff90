extension Collection<UInt8> {
  /// The bytes as one number, the most significant first; at most seven of them.
  var bigEndian: Int { reduce(0) { $0 << 8 | Int($1) } }

  /// The bytes as text for a message: a control character, which could move a terminal's cursor, is written by its number.
  var shownText: String {
    let text = String(decoding: self, as: UTF8.self)
    func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 32 || 127..<160 ~= scalar.value }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return text.unicodeScalars.map { isControl($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
  }

  /// Two hexadecimal digits for each byte, with `separator` between the bytes.
  func hexadecimal(separator: String = "") -> String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
  }
}
