/// The accepted values of a key: their description in messages and documentation, reading and printing.
struct SettingKind<Value>: Sendable {
  /// Such as "a whole number from 1 to 1024".
  let expected: String
  /// nil if the node is not `expected`; problems deeper down are reported to the section.
  let parse: @Sendable (_ node: SettingNode, _ section: SettingSection, _ key: String) -> Value?
  /// nil if the value leaves the key out.
  let print: @Sendable (Value) -> Setting.Value?
  /// How `--set` reads the value.
  var override = OverrideSyntax.yaml
  /// A more precise message about a value that `parse` rejects; nil for the usual one.
  var refusal: @Sendable (SettingNode) -> String? = { _ in nil }

  init(
    _ expected: String, parse: @escaping @Sendable (SettingNode, SettingSection, String) -> Value?,
    print: @escaping @Sendable (Value) -> Setting.Value?
  ) {
    self.expected = expected
    self.parse = parse
    self.print = print
  }

  /// A kind whose values are one word or number.
  init(
    _ expected: String, parse: @escaping @Sendable (SettingNode) -> Value?,
    text: @escaping @Sendable (Value) -> String
  ) {
    self.init(expected, parse: { node, _, _ in parse(node) }, print: { .scalar(text($0)) })
  }

  /// The message about a rejected value.
  func problem(_ node: SettingNode) -> String {
    refusal(node) ?? "found \(node.found), expected \(expected).\(node.advice)"
  }
}

extension SettingKind where Value == Int {
  static func whole(_ range: ClosedRange<Int>) -> Self {
    var kind = Self(Self.description(range)) {
      $0.integer.flatMap { range.contains($0) ? $0 : nil }
    } text: {
      "\($0)"
    }
    if range.upperBound == Int.max {
      kind.refusal = { node in node.isTooGreat ? tooGreat(node) : nil }
    }
    return kind
  }

  fileprivate static func description(_ range: ClosedRange<Int>) -> String {
    range.upperBound == Int.max
      ? "a whole number from \(range.lowerBound) on" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }
}

extension SettingKind where Value: BinaryFloatingPoint & LosslessStringConvertible & Sendable {
  static func number(_ range: NumberRange) -> Self {
    Self(range.description) {
      $0.number(Value.self).flatMap { range($0) ? $0 : nil }
    } text: {
      shortest($0)
    }
  }
}

extension SettingKind where Value == Bool {
  static var truth: Self {
    Self("true or false") {
      $0.boolean
    } text: {
      "\($0)"
    }
  }
}

extension SettingKind where Value == String {
  static var text: Self {
    Self("a text") {
      $0.text
    } text: {
      quoted($0)
    }.read(by: .text)
  }

  /// A path, made absolute when read.
  static var folder: Self {
    Self("a folder") { node, section, _ in
      node.path.map { section.origin.absolutePath($0, at: node.place) }
    } print: {
      .scalar(quoted($0))
    }.read(by: .path)
  }

  /// A path that stays relative to the working directory.
  static var workingFolder: Self {
    Self("a folder") {
      $0.path
    } text: {
      quoted($0)
    }.read(by: .path)
  }
}

extension SettingKind where Value: RawRepresentable<String> & CaseIterable & Sendable {
  static var choice: Self { choice(later: []) }

  /// A name from a list; `later` are names that only other versions know.
  static func choice(later: [String]) -> Self {
    let names = Value.allCases.map(\.rawValue)
    var kind = Self(names.count == 1 ? names[0] : "one of \(names.joined(separator: ", "))") {
      $0.text.flatMap(Value.init(rawValue:))
    } text: {
      $0.rawValue
    }
    kind.refusal = { node in
      if let text = node.text, later.contains(text) {
        return "\(text) is not in this version, which has \(names.joined(separator: ", "))."
      }
      return unknownName(node, names, among: names + later)
    }
    return kind
  }
}

extension SettingKind {
  /// nil is printed and read as null. Messages do not mention null, which equals a missing key.
  static func orNull<Wrapped>(_ kind: SettingKind<Wrapped>) -> Self where Value == Wrapped? {
    optional(kind, "null", kind.expected) { $0.isNull }
  }

  /// nil is printed and read as `auto`.
  static func orAutomatic<Wrapped>(_ kind: SettingKind<Wrapped>) -> Self where Value == Wrapped? {
    let list = "one of "
    let expected =
      kind.expected.hasPrefix(list)
      ? "\(list)auto, \(kind.expected.dropFirst(list.count))"
      : "auto\(kind.expected.contains(" or ") ? "," : " or") \(kind.expected)"
    return optional(kind, "auto", expected) { $0.text == "auto" }
  }

  private static func optional<Wrapped>(
    _ kind: SettingKind<Wrapped>, _ name: String, _ expected: String,
    isNone: @escaping @Sendable (SettingNode) -> Bool
  ) -> Self where Value == Wrapped? {
    var optional = Self(expected) { node, section, key in
      isNone(node) ? .some(nil) : kind.parse(node, section, key).map { .some($0) }
    } print: {
      $0.map(kind.print) ?? .scalar(name)
    }
    optional.override = kind.override
    optional.refusal = { node in
      kind.refusal(node)?.replacing("expected \(kind.expected)", with: "expected \(expected)")
    }
    return optional
  }
}

extension SettingKind where Value: Equatable & Sendable {
  /// The same, but `value` is not printed.
  func leavingOut(_ value: Value) -> Self {
    var kind = Self(expected, parse: parse) { [print] in $0 == value ? nil : print($0) }
    kind.refusal = refusal
    kind.override = override
    return kind
  }
}

extension SettingKind {
  /// The same, but `--set` reads the value by `syntax`.
  func read(by syntax: OverrideSyntax) -> Self {
    var kind = self
    kind.override = syntax
    return kind
  }
}

extension SettingKind where Value == CountSetting {
  /// `auto`, or a number.
  static func automaticOr(_ range: ClosedRange<Int>) -> Self {
    let number = SettingKind<Int>.whole(range)
    return Self("auto or \(number.expected)") { node, section, key in
      node.text == "auto" ? .automatic : number.parse(node, section, key).map { .fixed($0) }
    } print: {
      if case .fixed(let count) = $0 { .scalar("\(count)") } else { .scalar("auto") }
    }
  }
}

extension SettingKind where Value == Interval {
  /// `200`, `200 steps` or `5 epochs`.
  static var interval: Self {
    var kind = Self("a whole number of steps from 1 on, or such as 5 epochs") { node in
      guard case .scalar(let text, false) = node.content else { return nil }
      let parts = text.split(separator: " ")
      let number = parts.first.flatMap {
        SettingNode(content: .scalar(String($0), isQuoted: false), place: node.place).integer
      }
      guard let number, number > 0 else { return nil }
      switch parts.dropFirst().joined(separator: " ") {
      case "", "step", "steps": return .steps(number)
      case "epoch", "epochs": return .epochs(number)
      default: return nil
      }
    } text: {
      "\($0)"
    }
    kind.refusal = { node in
      guard case .scalar(let text, false) = node.content, let number = text.split(separator: " ").first else {
        return nil
      }
      let isTooGreat = SettingNode(content: .scalar(String(number), isQuoted: false), place: node.place).isTooGreat
      return isTooGreat ? tooGreat(node) : nil
    }
    return kind
  }
}

/// The message about a number above those of `Int`.
private func tooGreat(_ node: SettingNode) -> String {
  "found \(node.found), expected at most \(Int.max), the greatest number of 64 bits with a sign."
}

/// The message about a name that is not in a list.
private func unknownName(_ node: SettingNode, _ names: [String], among candidates: [String]) -> String {
  let near = node.text.flatMap { nearest(to: $0, among: candidates) }.map { " Did you mean \($0)?" } ?? ""
  let expected = names.count == 1 ? names[0] : "one of \(names.joined(separator: ", "))"
  return "found \(node.found), expected \(expected).\(near)"
}
