/// Notices that no rank gets on although all of them answer, as where a file system hangs: the watchdog's own threads
/// still run then. It may be right to wait, so this is only said.
package struct StallWatch {
  /// Seconds until it is said, twice as many each time.
  private var patience: Double
  private var changes = 0
  private var still = 0.0

  package init(limit: Double) { patience = limit }

  /// - Parameters:
  ///   - states: of all ranks.
  ///   - elapsed: seconds since the last look.
  /// - Returns: for how many seconds nothing has changed, once that is to be said.
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
