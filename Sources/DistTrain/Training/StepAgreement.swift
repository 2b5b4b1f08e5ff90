import Cluster
import GAN
import Reporting

/// The common decisions of all ranks after each step, in one message: whether the state is finite, whether the run has
/// been asked to stop, and whether a checkpoint has reached the disk.
package struct StepAgreement {
  private let job: any Job
  private let plan: ShardPlan

  package init(_ job: any Job, _ plan: ShardPlan) {
    self.job = job
    self.plan = plan
  }

  /// Throws on every rank if any of them has found a fault, before anything of the step is written. Collective.
  ///
  /// - Parameters:
  ///   - request: the request that this rank has received.
  ///   - isCheckpointOnDisk: as found by rank 0.
  ///   - done: steps done, including the faulty one.
  /// - Returns: the most important of the ranks' news.
  package func check(
    _ fault: TrainingFault?, _ request: StopRequest?, isCheckpointOnDisk: Bool, after done: Int
  ) throws -> StepNews {
    let quiet: StepNews = isCheckpointOnDisk ? .checkpointOnDisk : .none
    let own = fault == nil ? request.map { .stop($0) } ?? quiet : .fault
    let agreed = StepNews(code: try job.maximum(own.code))
    guard agreed != .fault else { throw try spoilt(fault, done) }
    return agreed
  }

  /// The findings of all ranks. Collective.
  private func spoilt(_ fault: TrainingFault?, _ done: Int) throws -> AgreedError {
    let hosts = try job.allGather(job.host)
    let found = try job.allGather(fault.map { describe($0, hosts) } ?? "").filter { !$0.isEmpty }
    // D's update comes first, and gradients come before parameters: the first in this order is the cause.
    let ordered = Set(found).sorted()
    let lines = ordered.prefix(4).map { $0.dropFirst(Self.orderDigits) }
    let more = ordered.count > 4 ? ["\(ordered.count - 4) more tensors"] : []
    return AgreedError(
      UserFacingError(
        code: .internalError,
        message: """
          step \(done): the training state is no longer finite, and nothing of this step is saved:
            \((lines.map(String.init) + more).joined(separator: "\n  "))
          The checkpoints before it are good. Run with --debug to see the first layer that goes wrong; lower learning \
          rates are the usual cure. Where it is always one and the same host, suspect its memory
          """))
  }

  private static let orderDigits = 2

  /// With two digits in front that order the ranks' findings.
  private func describe(_ fault: TrainingFault, _ hosts: [String]) -> String {
    let order: Int
    var rank = job.rank
    switch fault.part {
    case .gradient(let shards):
      order = 0
      rank = (0..<plan.ranks).first { plan.shards(ofRank: $0).contains(shards.lowerBound) } ?? rank
    case .parameter: order = 1
    case .optimizerState: order = 2
    case .runningStatistic: order = 3
    }
    let isEveryRanks = fault.part == .runningStatistic
    let whose = job.size > 1 && !isEveryRanks ? "rank \(rank) (\(hosts[rank])): " : ""
    return "\(fault.network == "discriminator" ? 0 : 1)\(order)\(whose)\(fault)"
  }
}
