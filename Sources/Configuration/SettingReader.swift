/// Reads declared keys from a section of a file; reports others.
final class SettingReader: SettingKeys {
  let isReading = true
  private let section: SettingSection

  init(_ section: SettingSection) { self.section = section }

  func value<Value>(
    _ key: String, _ value: inout Value, _ kind: SettingKind<Value>, rule: SettingChange.Rule?, older: Value?,
    _ summary: String
  ) {
    if section.origin.isRecorded, section.node(key) == nil {
      // The program that recorded these settings did not know the key.
      value = older ?? value
    } else {
      value = section.read(key, kind) ?? value
    }
  }

  func required<Value>(_ key: String, _ value: inout Value, _ kind: SettingKind<Value>) {
    value = section.required(key, kind) ?? value
  }

  func group(_ key: String, rule: SettingChange.Rule?, _ summary: String, _ body: (any SettingKeys) -> Void) {
    let inner = section.section(key)
    body(SettingReader(inner))
    inner.finish()
  }

  func only(where holds: Bool, _ condition: String, refusal: String, _ body: (any SettingKeys) -> Void) {
    if holds { return body(self) }
    let catalog = SettingCatalog()
    body(catalog)
    for key in catalog.firstNames where section.node(key) != nil { section.report(key, refusal) }
  }

  func entries(
    _ placeholder: String, current: [String], accepted: [String]?, _ body: (_ name: String, any SettingKeys) -> Void
  ) {
    let found = section.keys
    for name in accepted ?? found {
      // Marks them as known, so that the message about a misspelled key can name the nearest.
      let isThere = section.node(name) != nil
      if isThere { body(name, self) }
    }
  }

  func check(_ body: (SettingSection) -> Void) { body(section) }
}
