/// What a rank knows after a step that all ranks must act on alike.
///
/// The ranks send one number each and take the greatest (`Job.maximum`), so news are ordered: where ranks know different
/// things, all act on the weightiest.
package enum StepNews: Hashable, Sendable {
  case none
  /// The checkpoint that was being written is on the disk.
  case checkpointOnDisk
  /// Somebody has asked this rank to stop. Whoever stops waits for the checkpoint, too.
  case stop(StopRequest)
  /// A value of the training state is not finite: nothing of the step is kept, and nobody stops in good order.
  case fault

  /// All news, the lightest first. Of several signals it matters little which one the run names: that which is meant most.
  private static let byWeight: [StepNews] = [
    .none, .checkpointOnDisk, .stop(.interrupt), .stop(.user1), .stop(.terminate), .fault,
  ]

  /// The number that stands for it in a message; the weightier, the greater.
  package var code: Int {
    guard let code = Self.byWeight.firstIndex(of: self) else { preconditionFailure("news without a weight") }
    return code
  }

  /// - Parameter code: of some rank's news.
  package init(code: Int) {
    precondition(Self.byWeight.indices.contains(code), "no news have the code \(code)")
    self = Self.byWeight[code]
  }
}

extension StepNews: Comparable {
  package static func < (one: StepNews, other: StepNews) -> Bool { one.code < other.code }
}
