/// Notices that no rank makes progress although all of them answer, as when a file system hangs: the watchdog's own
/// threads still run then. Waiting may be right, so this is only reported.
package struct StallWatch {
  /// Seconds until the next report; doubled each time.
  private var patience: Double
  private var changes = 0
  private var still = 0.0

  package init(limit: Double) { patience = limit }

  /// - Parameters:
  ///   - states: of all ranks.
  ///   - elapsed: seconds since the last look.
  /// - Returns: the seconds without any change, if they are to be reported now.
  package mutating func look(_ states: [Activity.Snapshot], after elapsed: Double) -> Double? {
    let now = states.reduce(0) { $0 &+ $1.changes }
    guard now == changes else {
      (changes, still) = (now, 0)
      return nil
    }
    still += elapsed
    guard still >= patience else { return nil }
    patience *= 2
    return still
  }
}
