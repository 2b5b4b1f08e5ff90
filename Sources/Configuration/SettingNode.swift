import Yams

/// A value of the configuration and its place: YAML without types, anchors and tags.
struct SettingNode {
  enum Content {
    /// `isQuoted`: always a text.
    case scalar(String, isQuoted: Bool)
    case list([SettingNode])
    case mapping([SettingEntry])
  }

  var content: Content
  var place: SettingPlace

  /// `null`, `~`, or nothing.
  var isNull: Bool {
    if case .scalar(let text, false) = content { return ["", "null", "~"].contains(text) }
    return false
  }

  /// Its description in a message.
  var found: String {
    switch content {
    case .scalar("", false): "nothing"
    case .scalar(let text, false): text.shortened
    case .scalar(let text, true): text.shortened.debugDescription
    case .list: "a list"
    case .mapping: "a group of keys"
    }
  }
}

extension SettingNode {
  /// Dotted names of all keys below with a value that is neither a group nor null.
  var leafKeys: [String] {
    guard case .mapping(let entries) = content else { return [] }
    return entries.flatMap { entry in
      if case .mapping = entry.value.content { return entry.value.leafKeys.map { "\(entry.key).\($0)" } }
      return entry.value.isNull ? [] : [entry.key]
    }
  }
}

extension String {
  /// The part that a message shows.
  var shortened: String { count > 60 ? prefix(60) + "…" : self }
}

/// A key and its value.
struct SettingEntry {
  let key: String
  let place: SettingPlace
  var value: SettingNode
}

extension SettingNode {
  /// Parses YAML; `place` maps line and column to a place. Nil if there is no document.
  static func compose(
    _ yaml: String, file: String, problems: ConfigurationProblems, place: (Mark?) -> SettingPlace
  ) throws(ConfigurationError) -> SettingNode? {
    do {
      guard let node = try Yams.compose(yaml: yaml, .basic, .default, .utf8) else { return nil }
      return SettingNode(node, problems: problems, place: place)
    } catch let error as YamlError {
      throw ConfigurationError(error.plainMessage, at: place(error.position), file: file)
    } catch {
      throw ConfigurationError("\(error)", at: place(nil), file: file)
    }
  }

  private init(_ node: Node, problems: ConfigurationProblems, place: (Mark?) -> SettingPlace) {
    self.place = place(node.mark)
    switch node {
    case .scalar(let scalar):
      content = .scalar(scalar.string, isQuoted: scalar.style != .plain)
      if scalar.style == .plain { checkTag(scalar.tag, problems) }
    case .sequence(let sequence):
      content = .list(sequence.map { SettingNode($0, problems: problems, place: place) })
      checkTag(sequence.tag, problems)
    case .mapping(let mapping):
      var entries: [SettingEntry] = []
      for (key, value) in mapping {
        let keyPlace = place(key.mark)
        if let key = key.scalar?.string {
          entries.append(
            SettingEntry(key: key, place: keyPlace, value: SettingNode(value, problems: problems, place: place)))
        } else {
          problems.add("found a list or a group of keys as a key, expected a name.", at: keyPlace)
        }
      }
      content = .mapping(entries)
      checkTag(mapping.tag, problems)
    case .alias: preconditionFailure("composing resolves aliases")
    }
  }

  private func checkTag(_ tag: Tag, _ problems: ConfigurationProblems) {
    guard tag != .implicit, tag.description != "!" else { return }
    problems.add("found the tag \(tag), expected none: tags of YAML are not used here.", at: place)
  }
}

extension YamlError {
  fileprivate var position: Mark? {
    switch self {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark
    case .duplicatedKeysInMapping(_, let context): context.mark
    default: nil
    }
  }

  fileprivate var plainMessage: String {
    switch self {
    case .composer(_, let problem, _, _) where problem.contains("another document"):
      "found a second document of YAML (after ---), expected one configuration in a file. Write each into a file of its "
        + "own."
    case .scanner(let context, let problem, let mark, let yaml), .parser(let context, let problem, let mark, let yaml),
      .composer(let context, let problem, let mark, let yaml):
      Self.message(context, problem, at: mark, in: yaml)
    case .reader(let problem, _, _, _): "not YAML: \(problem)."
    case .duplicatedKeysInMapping(let keys, let context):
      keys.map { key in
        let again = Self.nextLine(of: key, after: context).map { " (again in line \($0))" } ?? ""
        return "found the key \(key) twice\(again), expected it once. Remove one of them."
      }.joined(separator: " ")
    default: "not YAML: \(self)"
    }
  }

  private static func message(_ context: Context?, _ problem: String, at mark: Mark, in yaml: String) -> String {
    let line = yaml.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(mark.line - 1).first ?? ""
    let rest = line.unicodeScalars.dropFirst(mark.column - 1)
    let opening = context.map { " (\($0.text) of line \($0.mark.line))" } ?? ""
    let advice =
      problem.contains("alias") || rest.first == "*" || context?.text.contains("alias") == true
      ? " Put a value that begins with * in quotes; aliases are not used here." : ""
    return "not YAML: \(problem)\(opening).\(advice)"
  }

  /// The library reports the line of the first of two equal keys; users look for the second.
  private static func nextLine(of key: String, after context: Context) -> Int? {
    let lines = context.text.split(separator: "\n", omittingEmptySubsequences: false)
    let start = String(repeating: " ", count: context.mark.column - 1) + key + ":"
    return lines.indices.dropFirst(context.mark.line).first { lines[$0].hasPrefix(start) }.map { $0 + 1 }
  }
}
