/// A key whose value differs from a checkpoint's.
package struct SettingChange: Hashable, Sendable, CustomStringConvertible {
  /// Whether a run may continue with the new value.
  package enum Rule: Hashable, Sendable {
    case free
    /// Only if the images are equal.
    case withEqualData
    /// Only with `--resume none` or `--allow-change`.
    case fixed
  }

  package let key: String
  /// As YAML; nil if the key was missing.
  package let old: String?
  package let new: String?

  package init(key: String, old: String?, new: String?) { (self.key, self.old, self.new) = (key, old, new) }

  package var rule: Rule { Self.rule(for: key) }
  /// The argument of `--allow-change` that allows it, besides the key itself: `kernels` for all algorithms.
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
