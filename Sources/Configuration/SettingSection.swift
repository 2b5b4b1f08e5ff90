/// A group of keys while it is read: each key asked for is known, and `finish()` reports the others.
///
/// A wrong value is reported and its default returned, so that reading continues to the next mistake.
final class SettingSection {
  /// Dotted, empty for the whole file.
  let path: String
  let place: SettingPlace
  let problems: ConfigurationProblems
  let origin: SettingsOrigin
  /// False if there is a value instead of a group; this is reported, its consequences are not.
  let isGroup: Bool
  private let entries: [SettingEntry]
  private var known: [String] = []

  init(_ path: String, _ node: SettingNode, _ problems: ConfigurationProblems, _ origin: SettingsOrigin) {
    self.path = path
    self.problems = problems
    self.origin = origin
    place = node.place
    if case .mapping(let entries) = node.content {
      self.entries = entries
      isGroup = true
    } else {
      isGroup = false
      entries = []
      let name = path.isEmpty ? "" : "\(path): "
      problems.add("\(name)found \(node.found), expected a group of keys.", at: node.place)
    }
  }

  func dotted(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The keys in the file, known or not.
  var keys: [String] { entries.map(\.key) }

  /// The value of `key`; nil if it is missing.
  func node(_ key: String) -> SettingNode? {
    if !known.contains(key) { known.append(key) }
    return entries.first { $0.key == key }?.value
  }

  /// The value of `key`; nil if it is missing or null.
  func present(_ key: String) -> SettingNode? { node(key).flatMap { $0.isNull ? nil : $0 } }

  /// The group `key`; empty if it is missing.
  func section(_ key: String) -> SettingSection {
    let node = node(key) ?? SettingNode(content: .mapping([]), place: place)
    return SettingSection(dotted(key), node, problems, origin)
  }

  func report(_ key: String, _ message: String) {
    let entry = entries.first { $0.key == key }
    problems.add("\(dotted(key)): \(message)", at: entry?.value.place ?? place)
  }

  /// The value of `key`; nil if it is missing, or not of this kind, which is reported.
  func read<Value>(_ key: String, _ kind: SettingKind<Value>) -> Value? {
    guard let node = node(key) else { return nil }
    if let value = kind.parse(node, self, key) { return value }
    report(key, kind.problem(node))
    return nil
  }

  /// The same as `read` for a key without a default.
  func required<Value>(_ key: String, _ kind: SettingKind<Value>) -> Value? {
    if node(key) == nil { report(key, "missing, expected \(kind.expected).") }
    return read(key, kind)
  }

  /// Reports every unknown key.
  func finish() {
    for entry in entries where !known.contains(entry.key) {
      if problems.isFull { return }
      problems.add("unknown key \(dotted(entry.key.shortened)). \(suggestion(for: entry.key))", at: entry.place)
    }
  }

  private func suggestion(for key: String) -> String {
    if let near = nearest(to: key, among: known) { return "Did you mean \(dotted(near))?" }
    let elsewhere = Configuration.catalog.map(\.key).filter { $0.split(separator: ".").last.map(String.init) == key }
    if !elsewhere.isEmpty { return "Did you mean \(elsewhere.joined(separator: " or "))?" }
    let names = known.joined(separator: ", ")
    return path.isEmpty ? "The keys here are \(names)." : "The keys of \(path) are \(names)."
  }
}
