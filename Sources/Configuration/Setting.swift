/// A key of the configuration, dotted, and its value as YAML.
package struct Setting: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case scalar(String)
    case list([String])
  }
  package let key: String
  package let value: Value

  /// The value on one line.
  package var text: String {
    switch value {
    case .scalar(let text): text
    case .list(let items): "[" + items.map { "{\($0)}" }.joined(separator: ", ") + "]"
    }
  }
}
