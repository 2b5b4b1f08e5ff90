/// Goes over the keys of a configuration. Each is declared once, in `declare(_:)` of what it is a part of: its value, whose
/// initial one is the default, what may stand there, whether a run may go on with another, and one sentence. Whoever goes
/// over them reads a file (`SettingReader`), prints (`SettingPrinter`) or lists what there is (`SettingCatalog`).
protocol SettingKeys: AnyObject {
  /// Whether values come from a file, so that some may follow from others.
  var isReading: Bool { get }

  /// One key.
  ///
  /// - Parameters:
  ///   - rule: nil for that of the group.
  ///   - older: what a checkpoint means that was written before there was this key; nil for the default. Not for a kind
  ///     that leaves keys out when it prints: where these are missing, the program knew them.
  ///   - summary: what it is, in one sentence.
  func value<Value>(
    _ key: String, _ value: inout Value, _ kind: SettingKind<Value>, rule: SettingChange.Rule?, older: Value?,
    _ summary: String)

  /// A key that has no default and must be there.
  func required<Value>(_ key: String, _ value: inout Value, _ kind: SettingKind<Value>)

  /// Keys below a key.
  func group(_ key: String, rule: SettingChange.Rule?, _ summary: String, _ body: (any SettingKeys) -> Void)

  /// Keys that are there only where `holds`.
  ///
  /// - Parameters:
  ///   - condition: as documentation says it.
  ///   - refusal: the message about such a key where it does not hold.
  func only(where holds: Bool, _ condition: String, refusal: String, _ body: (any SettingKeys) -> Void)

  /// Groups of keys whose names are not fixed.
  ///
  /// - Parameters:
  ///   - placeholder: what documentation calls such a name.
  ///   - current: those that the value has.
  ///   - accepted: the names that there are; nil where a check finds that out.
  func entries(
    _ placeholder: String, current: [String], accepted: [String]?, _ body: (_ name: String, any SettingKeys) -> Void)

  /// What no key shows alone; called where a file is read, after the keys before it.
  func check(_ body: (SettingSection) -> Void)
}

extension SettingKeys {
  /// Where nothing is read, a key as any other.
  func required<Value>(_ key: String, _ value: inout Value, _ kind: SettingKind<Value>) {
    self.value(key, &value, kind, "")
  }

  /// By the group's rule.
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
