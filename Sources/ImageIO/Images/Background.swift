/// What transparent pixels are composited over: the values of `data.background`.
package enum Background: Hashable, Sendable, CustomStringConvertible {
  /// The background that the file names (PNG's bKGD), else white.
  case file
  case colour(red: UInt8, green: UInt8, blue: UInt8)
  /// Nothing: alpha is dropped, and transparent pixels show their hidden colours.
  case ignore

  package static let white = Background.colour(red: 255, green: 255, blue: 255)
  package static let black = Background.colour(red: 0, green: 0, blue: 0)

  private static let names: [(name: String, value: Background)] = [
    ("file", .file), ("white", .white), ("black", .black), ("ignore", .ignore),
  ]

  /// Nil if `text` is none of `file`, `white`, `black`, `ignore` and `#rrggbb`.
  package init?(_ text: String) {
    if let named = Self.names.first(where: { $0.name == text }) {
      self = named.value
      return
    }
    let digits = text.utf8.dropFirst().map { Character(UnicodeScalar($0)).hexDigitValue }
    guard text.utf8.first == UInt8(ascii: "#"), digits.count == 6, !digits.contains(nil) else { return nil }
    func part(_ place: Int) -> UInt8 { UInt8(digits[2 * place]! * 16 + digits[2 * place + 1]!) }
    self = .colour(red: part(0), green: part(1), blue: part(2))
  }

  package var description: String {
    if let named = Self.names.first(where: { $0.value == self }) { return named.name }
    guard case .colour(let red, let green, let blue) = self else { preconditionFailure("the others have names") }
    return "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
