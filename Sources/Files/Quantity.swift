/// A number with its noun: `1 byte`, `2 bytes`.
package func quantity(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
