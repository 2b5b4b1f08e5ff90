/// How `--set KEY=VALUE` reads the value of a key.
enum OverrideSyntax: Hashable, Sendable {
  /// As in the file.
  case yaml
  /// As it is, unless the whole value is quoted as in YAML; nothing, `null` and `~` are null.
  case text
  /// The same, but `~` is the home folder.
  case path
}

/// One `--set KEY=VALUE`: a dotted key, and a value in YAML as in the file.
///
/// A shell has already read the argument once, so the value of a key that takes a text or a path is not read as YAML:
/// a path may have ` #`, `: `, a line break, or blanks at its end.
struct SettingOverride {
  let path: [String]
  let value: SettingNode
  let place: SettingPlace

  /// `file`: the changed configuration, for messages.
  init(_ argument: String, file: String, problems: ConfigurationProblems) throws(ConfigurationError) {
    let place = SettingPlace.override(argument)
    guard let equals = argument.firstIndex(of: "=") else {
      throw ConfigurationError(
        "found no =, expected KEY=VALUE, for example train.batch=64.", at: place, file: file)
    }
    path = argument[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard path.allSatisfy({ !$0.isEmpty }) else {
      throw ConfigurationError(
        "found an empty name in the key, expected names joined by dots, for example train.batch=64.",
        at: place, file: file)
    }
    let text = String(argument[argument.index(after: equals)...])
    let syntax = Configuration.description(of: path.joined(separator: "."))?.override ?? .yaml
    if syntax != .yaml, !text.isQuotedYAML(file) {
      value = SettingNode(content: .scalar(text, isQuoted: syntax == .path && text == "~"), place: place)
    } else {
      let yaml = try ConfigurationText(bytes: Array(text.utf8), file: file, fixedPlace: place).text
      let parsed = try SettingNode.compose(yaml, file: file, problems: problems) { _ in place }
      value = parsed ?? SettingNode(content: .scalar("", isQuoted: false), place: place)
    }
    self.place = place
  }

  /// Inserts the value into the tree, with missing groups.
  func apply(to root: inout SettingNode) { insert(path[...], into: &root) }

  private func insert(_ path: ArraySlice<String>, into node: inout SettingNode) {
    guard let key = path.first else {
      node = value
      return
    }
    var entries: [SettingEntry] = []
    if case .mapping(let existing) = node.content { entries = existing }
    let empty = SettingNode(content: .mapping([]), place: place)
    let index = entries.firstIndex { $0.key == key } ?? entries.endIndex
    var child = index < entries.endIndex ? entries.remove(at: index).value : empty
    insert(path.dropFirst(), into: &child)
    let isLeaf = path.count == 1
    let keyPlace = isLeaf ? place : child.place
    entries.insert(SettingEntry(key: key, place: keyPlace, value: child), at: index)
    if case .mapping = node.content {} else { node.place = place }
    node.content = .mapping(entries)
  }
}

extension String {
  /// Whether the whole text is one scalar of YAML in quotes.
  fileprivate func isQuotedYAML(_ file: String) -> Bool {
    guard let first, first == "\"" || first == "'", last == first else { return false }
    let place = SettingPlace.wholeFile(file)
    guard let text = try? ConfigurationText(bytes: Array(utf8), file: file, fixedPlace: place).text,
      let node = try? SettingNode.compose(text, file: file, problems: ConfigurationProblems(), place: { _ in place }),
      case .scalar(_, isQuoted: true) = node.content
    else { return false }
    return true
  }
}
