/// One `--set KEY=VALUE`: a dotted key, and a value in YAML as in the file.
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
    let valueBytes = Array(argument[argument.index(after: equals)...].utf8)
    let yaml = try ConfigurationText(bytes: valueBytes, file: file, fixedPlace: place).text
    let parsed = try SettingNode.compose(yaml, file: file, problems: problems) { _ in place }
    value = parsed ?? SettingNode(content: .scalar("", isQuoted: false), place: place)
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
