extension Configuration {
  /// All keys in a fixed order, as YAML that reads back as an equal configuration from any folder.
  ///
  /// Equal configurations have equal text, so that ranks may compare it or its hash.
  package var yaml: String {
    var lines: [String] = []
    var open: [Substring] = []
    for setting in settings {
      let parts = setting.key.split(separator: ".")
      let groups = parts.dropLast()
      let shared = zip(open, groups).prefix { $0 == $1 }.count
      for depth in shared..<groups.count { lines.append(indent(depth) + groups[depth] + ":") }
      open = Array(groups)
      switch setting.value {
      case .scalar(let text): lines.append("\(indent(groups.count))\(parts.last!): \(text)")
      case .list(let items):
        lines.append("\(indent(groups.count))\(parts.last!):")
        lines += items.map { "\(indent(groups.count + 1))- \($0)" }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }
}

/// The shortest decimal that reads back as `number`: 0.5, 3, 2e-4.
func shortest<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ number: Number) -> String {
  let text = number.description
  if let e = text.firstIndex(of: "e") {
    return withoutFraction(text[..<e]) + "e\(Int(text[text.index(after: e)...])!)"
  }
  let magnitude = text.drop { $0 == "-" }
  guard magnitude.hasPrefix("0.000") else { return withoutFraction(text[...]) }
  let zeros = magnitude.dropFirst(2).prefix { $0 == "0" }.count
  let digits = magnitude.dropFirst(2 + zeros)
  let rest = digits.dropFirst()
  return "\(number < 0 ? "-" : "")\(digits.prefix(1))\(rest.isEmpty ? "" : ".\(rest)")e-\(zeros + 1)"
}

private func withoutFraction(_ text: Substring) -> String {
  String(text.hasSuffix(".0") ? text.dropLast(2) : text)
}

/// A text as YAML, in double quotes if a plain one could be read as another type.
package func quoted(_ text: String) -> String {
  let isPlain =
    text.utf8.allSatisfy { byte in
      Unicode.Scalar(byte).properties.isAlphabetic && byte < 128 || "0123456789_-./".utf8.contains(byte)
    } && text.first.map { $0.isLetter || $0 == "/" } == true
    && !["null", "true", "false", "yes", "no", "on", "off", "y", "n", "auto"].contains(text.lowercased())
  guard !isPlain else { return text }
  return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
}

/// A scalar between double quotes of YAML (1.2, §5.7): what a parser would change, refuse, or take for an anchor
/// (`ConfigurationText`) is escaped.
private func escaped(_ scalar: Unicode.Scalar) -> String {
  switch scalar.value {
  case 0x22, 0x5C: "\\\(scalar)"
  case 0x0A: "\\n"
  case 0..<0x20, 0x26, 0x7F...0xA0: "\\x" + hexadecimal(scalar, digits: 2)
  case 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: "\\u" + hexadecimal(scalar, digits: 4)
  default: String(scalar)
  }
}

private func hexadecimal(_ scalar: Unicode.Scalar, digits: Int) -> String {
  let text = String(scalar.value, radix: 16, uppercase: true)
  return String(repeating: "0", count: digits - text.count) + text
}
