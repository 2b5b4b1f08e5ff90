import Files

/// Reads single values. Numbers are plain decimals, truth values are `true` and `false`, and a quoted value is neither.
extension SettingNode {
  /// Decimal digits without leading zeros, underscores, colons or a sign other than −.
  var integer: Int? { plain.flatMap { Self.isInteger($0) ? Int($0) : nil } }

  /// Whether it is a whole number above those of `Int`.
  var isTooGreat: Bool {
    plain.map { !$0.hasPrefix("-") && Self.isInteger($0) && Int($0) == nil } ?? false
  }

  /// A decimal number such as 3, 0.5, .5 or 2e-4; never infinite or NaN.
  func number<Number: BinaryFloatingPoint & LosslessStringConvertible>(_: Number.Type) -> Number? {
    guard let plain, Self.isNumber(plain), let number = Number(plain), number.isFinite else { return nil }
    return number
  }

  var boolean: Bool? { plain.flatMap { ["true": true, "false": false][$0] } }

  /// Any text but an empty one, quoted or not; nil for null.
  package var text: String? {
    guard case .scalar(let text, _) = content, !text.isEmpty, !isNull else { return nil }
    return text.unicodeScalars.contains { $0.value < 32 || $0.value == 127 } ? nil : text
  }

  /// A path: any text but an empty one, with the home folder in place of a leading `~/`; nil for null.
  var path: String? {
    guard case .scalar(let text, _) = content, !text.isEmpty, !isNull, !text.utf8.contains(0) else { return nil }
    return expandingHome(text)
  }

  func list<Element>(_ parse: (SettingNode) -> Element?) -> [Element]? {
    guard case .list(let nodes) = content else { return nil }
    let elements = nodes.compactMap(parse)
    return elements.count == nodes.count ? elements : nil
  }

  /// Advice on common mistakes.
  var advice: String {
    switch content {
    case .scalar(let text, true) where Self.isNumber(text) || ["true", "false"].contains(text): " Remove the quotes."
    case .scalar(let text, false):
      if ["yes", "no", "on", "off", "y", "n"].contains(text.lowercased()) || ["True", "False"].contains(text) {
        " Truth values are true and false."
      } else if text.first?.isNumber == true && !Self.isNumber(text) || text.hasPrefix("+") {
        " Numbers are plain decimals, such as 3, 0.5 or 2e-4."
      } else {
        ""
      }
    default: ""
    }
  }

  private var plain: String? {
    if case .scalar(let text, false) = content { return text }
    return nil
  }

  private static func isInteger(_ text: String) -> Bool {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    return text.utf8.count - digits.count <= 1 && isDigits(digits) && (digits.count == 1 || digits.first != zero)
  }

  /// `-`? (digits (`.` digits?)? | `.` digits) ((`e`|`E`) (`+`|`-`)? digits)?
  private static func isNumber(_ text: String) -> Bool {
    var rest = Substring(text).utf8
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let parts = rest.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 | 0x20 == UInt8(ascii: "e") }
    if parts.count == 2 {
      let exponent = parts[1].first.map { "+-".utf8.contains($0) } == true ? parts[1].dropFirst() : parts[1]
      guard isDigits(exponent) else { return false }
    }
    let halves = parts[0].split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let whole = halves[0]
    if whole.count > 1 && whole.first == zero { return false }
    if halves.count == 1 { return isDigits(whole) }
    return (whole.isEmpty || isDigits(whole)) && (isDigits(halves[1]) || halves[1].isEmpty && !whole.isEmpty)
  }

  private static let zero = UInt8(ascii: "0")

  private static func isDigits(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }
}

/// A range of numbers.
struct NumberRange {
  let description: String
  private let contains: @Sendable (Double) -> Bool

  static let positive = NumberRange("a number over 0") { $0 > 0 }
  static let positiveToOne = NumberRange("a number over 0, at most 1") { 0 < $0 && $0 <= 1 }
  static let fraction = NumberRange("a number from 0 to 1") { (0...1).contains($0) }
  static let belowOne = NumberRange("a number from 0 to below 1") { (0..<1).contains($0) }
  static let nonNegative = NumberRange("a number from 0 on") { $0 >= 0 }

  private init(_ description: String, _ contains: @escaping @Sendable (Double) -> Bool) {
    self.description = description
    self.contains = contains
  }

  func callAsFunction<Number: BinaryFloatingPoint>(_ number: Number) -> Bool { contains(Double(number)) }
}

extension SettingSection {
  func number<Number: BinaryFloatingPoint & LosslessStringConvertible & Sendable>(
    _ key: String, _ range: NumberRange, default fallback: Number
  ) -> Number {
    read(key, .number(range)) ?? fallback
  }
}
