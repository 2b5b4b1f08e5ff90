/// A rank's news after a step; all ranks must act on it in the same way.
///
/// The ranks send one number each and take the greatest (`Job.maximum`), so news are ordered: if ranks have different
/// news, all act on the most important.
package enum StepNews: Hashable, Sendable {
  case none
  /// The checkpoint that was being written is on the disk.
  case checkpointOnDisk
  /// This rank has been asked to stop. A rank that stops waits for the checkpoint, too.
  case stop(StopRequest)
  /// A value of the training state is not finite: nothing of the step is kept, and the run fails.
  case fault

  /// All news, the least important first. If several signals came, the run names the one that is most likely
  /// deliberate.
  private static let byWeight: [StepNews] = [
    .none, .checkpointOnDisk, .stop(.processorTime), .stop(.hangUp), .stop(.interrupt), .stop(.user2), .stop(.user1),
    .stop(.terminate), .fault,
  ]

  /// Its number in a message; greater for more important news.
  package var code: Int {
    guard let code = Self.byWeight.firstIndex(of: self) else { preconditionFailure("news without a weight") }
    return code
  }

  /// - Parameter code: of a rank's news.
  package init(code: Int) {
    precondition(Self.byWeight.indices.contains(code), "no news have the code \(code)")
    self = Self.byWeight[code]
  }
}

extension StepNews: Comparable {
  package static func < (one: StepNews, other: StepNews) -> Bool { one.code < other.code }
}
