extension Collection<UInt8> {
  /// The bytes as one number, the most significant first; at most seven of them.
  var bigEndian: Int { reduce(0) { $0 << 8 | Int($1) } }

  /// Two hexadecimal digits for each byte, with `separator` between the bytes.
  func hexadecimal(separator: String = "") -> String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
  }
}
