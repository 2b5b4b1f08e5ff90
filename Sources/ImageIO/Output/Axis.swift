import Foundation

/// A range of numbers along one side of a chart, with marks at round ones.
package struct Axis: Sendable {
  /// The largest magnitude that an axis can show.
  package static let largest = 1e30

  package let low: Double
  package let high: Double
  /// The numbers at the marks, ascending, and how they are written.
  package let marks: [(value: Double, text: String)]

  /// - Parameters:
  ///   - range: within `largest` of 0; one without a length is widened.
  ///   - count: marks there may be, about.
  package init(_ range: ClosedRange<Double>, marks count: Int) {
    let size = max(abs(range.lowerBound), abs(range.upperBound))
    precondition(size <= Self.largest, "numbers that can be distinguished")
    let isEmpty = range.upperBound - range.lowerBound <= max(size * 1e-9, 1 / Self.largest)
    let margin = isEmpty ? max(0.5, size * 0.5) : 0
    (low, high) = (range.lowerBound - margin, range.upperBound + margin)
    let step = Self.round(above: (high - low) / Double(max(1, count)))
    let decimals = Int(max(0, (-log10(step)).rounded(.up)))
    let isPlain = decimals <= 4 && max(abs(low), abs(high)) < 1e7
    let numbers = Int((low / step - 1e-9).rounded(.up))...Int((high / step + 1e-9).rounded(.down))
    marks = numbers.map { number in
      let value = Double(number) * step
      return (value, isPlain ? String(format: "%.\(decimals)f", value) : String(format: "%.3g", value))
    }
  }

  /// The smallest of 1, 2, 5, 10, 20, 50, … and their tenths that is not below `value`.
  private static func round(above value: Double) -> Double {
    let power = pow(10, log10(value).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= value * (1 - 1e-9) } ?? 10 * power
  }
}
