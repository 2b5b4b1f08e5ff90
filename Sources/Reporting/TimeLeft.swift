import Foundation

/// How long the rest of a run takes, from the steps so far.
///
/// The first step, which warms caches up and allocates, counts only until there is a second. The mean looks back over
/// about half of the time so far, at least 30 s: long enough that a checkpoint's pause does not move it, short enough
/// that a machine which has become busy does.
package struct TimeLeft: Sendable {
  private let began: Double
  private var last: (count: Int, time: Double)
  private var isWarm = false
  private var steps = 0.0
  private var seconds = 0.0

  /// - Parameters:
  ///   - done: steps that were done already, in an earlier run.
  ///   - now: seconds on any clock that does not go back.
  package init(done: Int, now: Double) {
    began = now
    last = (done, now)
  }

  /// `done` steps are behind at time `now`.
  package mutating func record(done: Int, now: Double) {
    guard done > last.count, now >= last.time else { return }
    let (count, time) = (Double(done - last.count), now - last.time)
    let keeps = isWarm ? exp(-time / max(30, (now - began) / 2)) : 0
    isWarm = isWarm || steps > 0
    steps = steps * keeps + count
    seconds = seconds * keeps + time
    last = (done, now)
  }

  /// Seconds for `count` more steps; nil before the first.
  package func seconds(for count: Int) -> Double? { steps > 0 ? seconds / steps * Double(max(0, count)) : nil }
}

/// A length of time as text: `45 s`, `3 min`, `2 h 05 min`, `3 d 04 h`.
package func spoken(seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e12 else { return "a very long time" }
  let whole = Int(max(0, seconds).rounded())
  if whole < 60 { return "\(whole) s" }
  let minutes = Int((max(0, seconds) / 60).rounded())
  if minutes < 60 { return "\(minutes) min" }
  if minutes < 48 * 60 { return String(format: "%ld h %02ld min", minutes / 60, minutes % 60) }
  let hours = Int((seconds / 3600).rounded())
  return String(format: "%ld d %02ld h", hours / 24, hours % 24)
}
