/// A key whose value is not what it was.
package struct SettingChange: Hashable, Sendable, CustomStringConvertible {
  /// Whether a run may go on with the new value.
  package enum Rule: Hashable, Sendable {
    case free
    /// Only where the images are the same ones.
    case withEqualData
    /// Only with `--resume none` or `--allow-change`.
    case fixed
  }

  package let key: String
  /// As YAML; nil where the key was not there.
  package let old: String?
  package let new: String?

  package init(key: String, old: String?, new: String?) { (self.key, self.old, self.new) = (key, old, new) }

  package var rule: Rule { Self.rule(for: key) }
  /// What `--allow-change` allows it by, besides the key itself: all algorithms at once.
  package var allowance: String { key.hasPrefix("kernels.") ? "kernels" : key }
  package var description: String { "\(key): \(old ?? "not set") → \(new ?? "not set")" }

  /// Whether a checkpoint can be continued with another value of this dotted key.
  package static func rule(for key: String) -> Rule { Configuration.description(of: key)?.rule ?? .fixed }
}

extension Configuration {
  /// Every key that differs, in the order of the design.
  package func changes(from old: Configuration) -> [SettingChange] {
    let oldTexts = Dictionary(uniqueKeysWithValues: old.settings.map { ($0.key, $0.text) })
    let newTexts = Dictionary(uniqueKeysWithValues: settings.map { ($0.key, $0.text) })
    let gone = old.settings.map(\.key).filter { newTexts[$0] == nil }
    return (settings.map(\.key) + gone).compactMap { key in
      oldTexts[key] == newTexts[key] ? nil : SettingChange(key: key, old: oldTexts[key], new: newTexts[key])
    }
  }
}
