/// Adds up the time that goes into messages, and says that it is going there.
final class Stopwatch {
  private(set) var seconds = 0.0
  private let activity: Activity

  init(_ activity: Activity) { self.activity = activity }

  func measure<Result>(_ operation: Activity.Operation, _ body: () throws -> Result) throws -> Result {
    let start = ContinuousClock.now
    defer { seconds += (ContinuousClock.now - start) / .seconds(1) }
    return try activity.during(operation, body)
  }
}
