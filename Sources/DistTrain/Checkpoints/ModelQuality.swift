import Configuration

/// How good a model was found to be; less is better.
package struct ModelQuality: Equatable, Sendable, CustomStringConvertible {
  /// By what, as the configuration calls it.
  package let measure: String
  package let value: Double

  package init(measure: String, value: Double) {
    self.measure = measure
    self.value = value
  }

  /// As a checkpoint's metadata has it under `quality`.
  static let key = "quality"

  package var description: String { "\(measure) \(value)" }

  package init?(_ text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let value = Double(parts[1]), value.isFinite else { return nil }
    self.init(measure: String(parts[0]), value: value)
  }

  func value(of measure: OutputSettings.Best) -> Double? { self.measure == measure.rawValue ? value : nil }

  /// Whether it is better than `other`, or another measure's.
  package func isBetter(than other: ModelQuality?) -> Bool {
    guard value.isFinite else { return false }
    guard let other, other.measure == measure else { return true }
    return value < other.value
  }
}
