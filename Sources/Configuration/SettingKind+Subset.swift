extension SettingKind {
  /// A list of names, each at most once.
  ///
  /// - Parameter noun: what a name stands for, with its article, in messages.
  static func subset<Element: CaseIterable & Hashable & Sendable>(
    noun: String, mayBeEmpty: Bool = true, name: @escaping @Sendable (Element) -> String
  ) -> Self where Value == Set<Element> {
    let names = Element.allCases.map(name)
    let expected = "a list of \(names.joined(separator: ", "))"
    var kind = Self(expected) { node in
      let elements = node.list { node in Element.allCases.first { name($0) == node.text } }
      return elements.flatMap { $0.isEmpty && !mayBeEmpty || Set($0).count < $0.count ? nil : Set($0) }
    } text: { chosen in
      "[\(Element.allCases.filter(chosen.contains).map(name).joined(separator: ", "))]"
    }
    kind.refusal = { node in
      guard case .list(let elements) = node.content else { return nil }
      let unknown = elements.first { !names.contains($0.text ?? "") }
      let found = unknown.map { "\($0.found) in the list" } ?? (elements.isEmpty ? "an empty list" : "\(noun) twice")
      return "found \(found), expected \(expected)."
    }
    return kind
  }
}
