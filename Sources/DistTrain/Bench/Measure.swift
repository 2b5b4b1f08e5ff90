import Foundation

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

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return secondsSince(start)
}

/// Seconds that `body` keeps this process's threads busy, all together.
func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
  let start = now()
  try body()
  return now() - start
}

func secondsSince(_ start: ContinuousClock.Instant) -> Double { (ContinuousClock.now - start) / .seconds(1) }

func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }

func percent(_ share: Double) -> String { decimal(100 * share, 1) + " %" }

func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
