import Synchronization

/// The current operation of this rank, readable from the watchdog's thread at any time.
package final class Activity: Sendable {
  package enum Operation: Int, CaseIterable, Sendable {
    case starting, loading, computing, statistics, gradients, agreement, samples, checkpoint, evaluation, ending

    /// The text after "while" or "is".
    package var description: String {
      switch self {
      case .starting: "starting"
      case .loading: "loading images"
      case .computing: "computing"
      case .statistics: "exchanging batch norm's statistics"
      case .gradients: "exchanging gradients"
      case .agreement: "waiting for all ranks"
      case .samples: "making samples"
      case .checkpoint: "writing a checkpoint"
      case .evaluation: "judging the model"
      case .ending: "ending"
      }
    }
  }

  /// The state at one moment.
  package struct Snapshot: Equatable, Sendable {
    /// Steps begun, including the current one.
    package var step: Int
    package var operation: Operation
    /// Grows with every change; while it is constant, the rank makes no progress.
    package var changes: Int

    package init(step: Int, operation: Operation, changes: Int) {
      (self.step, self.operation, self.changes) = (step, operation, changes)
    }
  }

  private let step = Atomic(0)
  private let operation = Atomic(Operation.starting.rawValue)
  private let changes = Atomic(0)

  package init() {}

  package var snapshot: Snapshot {
    Snapshot(
      step: step.load(ordering: .relaxed),
      operation: Operation(rawValue: operation.load(ordering: .relaxed)) ?? .starting,
      changes: changes.load(ordering: .relaxed))
  }

  /// Counts progress within an operation.
  package func advance() { changes.add(1, ordering: .relaxed) }

  /// Step number `number`, from 1, begins.
  package func begin(step number: Int) {
    step.store(number, ordering: .relaxed)
    advance()
  }

  /// Runs `body` as this operation, then returns to the one before.
  package func during<Result, Failure: Error>(
    _ kind: Operation, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let before = operation.exchange(kind.rawValue, ordering: .relaxed)
    advance()
    defer { operation.store(before, ordering: .relaxed) }
    return try body()
  }

  /// Switches to this operation.
  package func enter(_ kind: Operation) {
    operation.store(kind.rawValue, ordering: .relaxed)
    advance()
  }
}

/// Adds up the time spent in messages, and reports it as the rank's activity.
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
