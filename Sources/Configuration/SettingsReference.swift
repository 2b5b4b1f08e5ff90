import Reporting

/// The output of `disttrain settings` and docs/settings.md: the declared keys with their defaults, or one of them in
/// full.
package struct SettingsReference {
  private let settings = Configuration.declared.settings
  private let groups = Configuration.declared.groups

  package init() {}

  /// All keys as a configuration of the defaults, with a sentence each.
  package var overview: String { lines(of: settings) }

  /// One key in full, or all below a group.
  ///
  /// - Throws: an unknown key, with the nearest known one.
  package func text(of key: String) throws(UnknownSetting) -> String {
    if let setting = Configuration.description(of: key) { return full(setting) }
    let below = settings.filter { $0.key.hasPrefix(key + ".") }
    guard !below.isEmpty else { throw UnknownSetting(key, among: settings.map(\.key) + groups.keys) }
    return lines(of: below)
  }

  /// docs/settings.md.
  package static var page: String { SettingsReference().markdown }

  package var markdown: String {
    var text = """
      # Settings

      All keys of a configuration, as `disttrain settings --markdown` prints them. `disttrain settings KEY` explains one, and
      `--set KEY=VALUE` overrides it. *Fixed* keys keep the checkpoint's value when a run continues;
      `--allow-change KEY` allows another value with which the networks keep their shapes. A path may begin with `~/`, the
      home folder. `--set` takes a path or a text as it is, and any other value as YAML.

      """
    var group: String?
    for setting in settings {
      let own = Self.group(of: setting.key)
      if own != group {
        let title = own.isEmpty ? "General" : "`\(own)`"
        let summary = groups[own].map { $0.isEmpty ? "" : "\($0)\n\n" } ?? ""
        text += "\n## \(title)\n\n\(summary)| key | default | values | on resume | |\n|---|---|---|---|---|\n"
        group = own
      }
      let cells = [
        "`\(setting.key)`", setting.standard.map { "`\($0)`" } ?? "", setting.expected, setting.rule.word,
        setting.summary + setting.remark,
      ]
      text += "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    return text
  }

  private func full(_ setting: SettingDescription) -> String {
    """
    \(setting.key): \(setting.standard ?? "")
      \(setting.summary)\(setting.remark)
      Values: \(setting.expected).
      On resume: \(setting.rule.sentence)
    """
  }

  private func lines(of settings: [SettingDescription]) -> String {
    let keys = settings.map { "\($0.key): \($0.standard ?? "")" }
    let width = min(44, keys.map(\.count).max() ?? 0)
    return zip(settings, keys).map { setting, key in
      key + String(repeating: " ", count: max(0, width - key.count)) + "  # " + setting.summary + setting.remark
    }.joined(separator: "\n")
  }

  /// The first name of a key in a group; empty for a key in none.
  private static func group(of key: String) -> String {
    key.contains(".") ? String(key.prefix { $0 != "." }) : ""
  }
}

extension SettingDescription {
  fileprivate var remark: String { condition.isEmpty ? "" : " Only \(condition)." }
}

extension SettingChange.Rule {
  fileprivate var word: String {
    switch self {
    case .free: "free"
    case .withEqualData: "if the images are equal"
    case .fixed: "fixed"
    }
  }

  fileprivate var sentence: String {
    switch self {
    case .free: "it may change."
    case .withEqualData: "it may change if the images are equal."
    case .fixed: "the checkpoint's value, or another one with --allow-change if the networks keep their shapes."
    }
  }
}

/// A name that is no key of a configuration.
package struct UnknownSetting: ExplainedError {
  package let code = ExitCode.usage
  package let message: String

  fileprivate init(_ key: String, among keys: [String]) {
    let last = key.split(separator: ".").last.map(String.init) ?? key
    let namesakes = keys.filter { $0.split(separator: ".").last.map(String.init) == last }
    let near = namesakes.isEmpty ? nearest(to: key, among: keys).map { [$0] } ?? [] : namesakes
    let advice = near.isEmpty ? "disttrain settings lists them." : "Did you mean \(near.joined(separator: " or "))?"
    message = "unknown key \(key.shortened). \(advice)"
  }
}
