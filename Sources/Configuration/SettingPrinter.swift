/// A key of the configuration, dotted, and its value as YAML.
package struct Setting: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case scalar(String)
    case list([String])
  }
  package let key: String
  package let value: Value

  /// The value on one line.
  package var text: String {
    switch value {
    case .scalar(let text): text
    case .list(let items): "[" + items.map { "{\($0)}" }.joined(separator: ", ") + "]"
    }
  }
}

/// Collects the declared keys with their values, dotted and in order.
final class SettingPrinter: SettingKeys {
  let isReading = false
  private(set) var settings: [Setting] = []
  private var path = ""

  func value<Value>(
    _ key: String, _ value: inout Value, _ kind: SettingKind<Value>, rule: SettingChange.Rule?, older: Value?,
    _ summary: String
  ) {
    if let text = kind.print(value) { settings.append(Setting(key: path + key, value: text)) }
  }

  func group(_ key: String, rule: SettingChange.Rule?, _ summary: String, _ body: (any SettingKeys) -> Void) {
    let outer = path
    path += key + "."
    body(self)
    path = outer
  }

  func only(where holds: Bool, _ condition: String, refusal: String, _ body: (any SettingKeys) -> Void) {
    if holds { body(self) }
  }

  func entries(
    _ placeholder: String, current: [String], accepted: [String]?, _ body: (_ name: String, any SettingKeys) -> Void
  ) {
    for name in current { body(name, self) }
  }

  func check(_ body: (SettingSection) -> Void) {}
}
