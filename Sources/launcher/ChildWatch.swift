import Foundation
import Processes

/// Notices that mpirun goes on without any of the ranks that it has started, as Open MPI 4.1's does if one of them dies
/// in its first moments.
package struct ChildWatch {
  /// Seconds for which mpirun may go on without ranks. It takes well under one to end.
  package static let patience = 15.0

  private let process: ChildProcess
  private let patience: Double
  private var hasHadChildren = false
  private var end: ContinuousClock.Instant?

  init(_ process: ChildProcess, patience: Double) { (self.process, self.patience) = (process, patience) }

  /// Whether mpirun hangs. To be called about once a second.
  mutating func hangs(at now: ContinuousClock.Instant = .now) -> Bool {
    if process.hasLivingChildren {
      hasHadChildren = true
      end = nil
    } else if hasHadChildren, end == nil {
      end = now + .seconds(patience)
    }
    return end.map { now >= $0 } ?? false
  }
}
