import Reporting

/// Repeated measurements of one quantity.
struct Sample {
  private let sorted: [Double]

  init(_ values: [Double]) {
    precondition(!values.isEmpty, "at least one measurement")
    sorted = values.sorted()
  }

  var median: Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
  var least: Double { sorted[0] }
  var greatest: Double { sorted[sorted.count - 1] }

  /// The median, and in brackets the least and the greatest, each multiplied by `factor`.
  func spread(_ places: Int, times factor: Double = 1) -> String {
    "\(decimal(median * factor, places)) (\(decimal(least * factor, places)) to \(decimal(greatest * factor, places)))"
  }
}
