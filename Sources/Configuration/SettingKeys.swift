/// Visits the keys of a configuration. Each key is declared once, in `declare(_:)` of the type that has it: the value,
/// whose initial value is the default, the accepted values, whether a continued run may change it, and one sentence.
/// The visitors read a file (`SettingReader`), print the values (`SettingPrinter`) or list the keys (`SettingCatalog`).
protocol SettingKeys: AnyObject {
  /// Whether values come from a file, so that some may depend on others.
  var isReading: Bool { get }

  /// Declares a key.
  ///
  /// - Parameters:
  ///   - rule: nil for that of the group.
  ///   - older: the value for checkpoints that were written before the key existed; nil for the default. Not for a kind
  ///     that leaves keys out when it prints: if such a key is missing, the program may have known it.
  ///   - summary: one sentence for documentation.
  func value<Value>(
    _ key: String, _ value: inout Value, _ kind: SettingKind<Value>, rule: SettingChange.Rule?, older: Value?,
    _ summary: String)

  /// Declares a key that has no default and is required.
  func required<Value>(_ key: String, _ value: inout Value, _ kind: SettingKind<Value>)

  /// Declares the keys of a group.
  func group(_ key: String, rule: SettingChange.Rule?, _ summary: String, _ body: (any SettingKeys) -> Void)

  /// Declares keys that exist only if `holds`.
  ///
  /// - Parameters:
  ///   - condition: its text in documentation.
  ///   - refusal: the message about such a key if it does not hold.
  func only(where holds: Bool, _ condition: String, refusal: String, _ body: (any SettingKeys) -> Void)

  /// Declares groups of keys with variable names.
  ///
  /// - Parameters:
  ///   - placeholder: the word for such a name in documentation.
  ///   - current: the names that the value has.
  ///   - accepted: the valid names; nil if a check decides.
  func entries(
    _ placeholder: String, current: [String], accepted: [String]?, _ body: (_ name: String, any SettingKeys) -> Void)

  /// Checks that concern several keys; called when a file is read, after the keys declared before.
  func check(_ body: (SettingSection) -> Void)
}

extension SettingKeys {
  /// The same as `value`, if nothing is read.
  func required<Value>(_ key: String, _ value: inout Value, _ kind: SettingKind<Value>) {
    self.value(key, &value, kind, "")
  }

  /// With the group's rule.
  func value<Value>(
    _ key: String, _ value: inout Value, _ kind: SettingKind<Value>, older: Value? = nil, _ summary: String
  ) {
    self.value(key, &value, kind, rule: nil, older: older, summary)
  }

  func value<Value>(
    _ key: String, _ value: inout Value, _ kind: SettingKind<Value>, _ rule: SettingChange.Rule, older: Value? = nil,
    _ summary: String
  ) {
    self.value(key, &value, kind, rule: rule, older: older, summary)
  }

  func group(_ key: String, _ summary: String = "", _ body: (any SettingKeys) -> Void) {
    group(key, rule: nil, summary, body)
  }

  func group(_ key: String, _ rule: SettingChange.Rule, _ summary: String, _ body: (any SettingKeys) -> Void) {
    group(key, rule: rule, summary, body)
  }
}
