/// The description of a key, for documentation, hints and resuming.
package struct SettingDescription: Hashable, Sendable {
  /// Dotted; a variable name is a word in capitals.
  package let key: String
  /// The accepted values.
  package let expected: String
  /// The default as YAML; nil if the key is left out by default.
  package let standard: String?
  package let rule: SettingChange.Rule
  /// The condition under which it may be set; empty for none.
  package let condition: String
  package let summary: String
  /// How `--set` reads the value.
  let override: OverrideSyntax
}

/// Lists all declared keys, independent of the values.
final class SettingCatalog: SettingKeys {
  let isReading = false
  private(set) var descriptions: [SettingDescription] = []
  /// Groups by dotted name, with their sentences.
  private(set) var groups: [(key: String, summary: String)] = []
  private var path = ""
  private var rule = SettingChange.Rule.fixed
  private var conditions: [String] = []

  /// The first name of every key, in order.
  var firstNames: [String] {
    descriptions.map { String($0.key.prefix { $0 != "." }) }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  func value<Value>(
    _ key: String, _ value: inout Value, _ kind: SettingKind<Value>, rule: SettingChange.Rule?, older: Value?,
    _ summary: String
  ) {
    let standard = kind.print(value).map { Setting(key: key, value: $0).text }
    descriptions.append(
      SettingDescription(
        key: path + key, expected: kind.expected, standard: standard, rule: rule ?? self.rule,
        condition: conditions.joined(separator: ", "), summary: summary,
        override: kind.override))
  }

  func group(_ key: String, rule: SettingChange.Rule?, _ summary: String, _ body: (any SettingKeys) -> Void) {
    let outer = (path, self.rule)
    groups.append((path + key, summary))
    path += key + "."
    self.rule = rule ?? self.rule
    body(self)
    (path, self.rule) = outer
  }

  func only(where holds: Bool, _ condition: String, refusal: String, _ body: (any SettingKeys) -> Void) {
    conditions.append(condition)
    body(self)
    conditions.removeLast()
  }

  func entries(
    _ placeholder: String, current: [String], accepted: [String]?, _ body: (_ name: String, any SettingKeys) -> Void
  ) {
    body(placeholder, self)
  }

  func check(_ body: (SettingSection) -> Void) {}
}

extension Configuration {
  /// Every key, in the order of printing.
  package static var catalog: [SettingDescription] { declared.settings }

  /// The keys, and the sentences of their groups.
  static let declared: (settings: [SettingDescription], groups: [String: String]) = {
    let catalog = SettingCatalog()
    var standard = Configuration()
    standard.declare(catalog)
    return (catalog.descriptions, Dictionary(uniqueKeysWithValues: catalog.groups.map { ($0.key, $0.summary) }))
  }()

  /// The description of a key; for a variable name, that of its placeholder.
  package static func description(of key: String) -> SettingDescription? {
    let parts = key.split(separator: ".")
    return catalog.first { description in
      let own = description.key.split(separator: ".")
      return own.count == parts.count
        && zip(own, parts).allSatisfy { $0 == $1 || $0.allSatisfy { $0.isUppercase } }
    }
  }
}
