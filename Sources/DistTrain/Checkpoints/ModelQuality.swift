import Configuration
import Foundation

/// The measured quality of a model; less is better.
package struct ModelQuality: Equatable, Sendable, CustomStringConvertible {
  /// The measure, by its name in the configuration.
  package let measure: String
  package let value: Double

  package init(measure: String, value: Double) {
    self.measure = measure
    self.value = value
  }

  /// Its text under `quality` in a checkpoint's metadata.
  static let key = "quality"

  package var description: String { "\(measure) \(value)" }
  /// For a person: with five significant digits.
  package var rounded: String { "\(measure) \(String(format: "%.5g", value))" }

  package init?(_ text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let value = Double(parts[1]), value.isFinite else { return nil }
    self.init(measure: String(parts[0]), value: value)
  }

  func value(of measure: OutputSettings.Best) -> Double? { self.measure == measure.rawValue ? value : nil }

  /// Whether it is better than `other`, or of another measure.
  package func isBetter(than other: ModelQuality?) -> Bool {
    guard value.isFinite else { return false }
    guard let other, other.measure == measure else { return true }
    return value < other.value
  }
}
