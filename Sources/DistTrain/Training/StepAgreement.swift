import GAN

/// What all ranks decide alike after each step, in one message: whether the state is still finite, whether somebody has
/// asked the run to stop, and whether a checkpoint has reached the disk.
struct StepAgreement {
  /// What all ranks know by now; the weightiest.
  enum News: Equatable {
    case none
    case checkpointOnDisk
    /// Some rank has heard it. Whoever stops waits for the checkpoint, too.
    case stop(StopRequest)
  }

  private let job: any Job
  private let plan: ShardPlan

  init(_ job: any Job, _ plan: ShardPlan) {
    self.job = job
    self.plan = plan
  }

  /// Throws on every rank where any of them has found a fault, before anything of the step is written. Collective.
  ///
  /// - Parameters:
  ///   - isCheckpointOnDisk: whether rank 0 has found so.
  ///   - done: steps done, the spoilt one among them.
  func check(_ fault: TrainingFault?, isCheckpointOnDisk: Bool, after done: Int) throws -> News {
    // One whole number, the weightier news the greater, since MPI's maximum may lose one that is not a number.
    let request = StopSignals.request.map { Int($0.rawValue) } ?? 0
    let own = fault == nil ? max(request, isCheckpointOnDisk ? Self.onDisk : 0) : Int(Int32.max)
    let greatest = try job.maximum(own)
    guard greatest < Int32.max else { throw try spoilt(fault, done) }
    if let request = StopRequest(rawValue: Int32(greatest)) { return .stop(request) }
    return greatest == Self.onDisk ? .checkpointOnDisk : .none
  }

  /// Less than the signals that ask for something.
  private static let onDisk = 1

  /// What all ranks have found, put together. Collective.
  private func spoilt(_ fault: TrainingFault?, _ done: Int) throws -> AgreedError {
    let hosts = try job.allGather(job.host)
    let found = try job.allGather(fault.map { describe($0, hosts) } ?? "").filter { !$0.isEmpty }
    // D's update comes first, and gradients come before what is made of them: the first in this order is the cause.
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

  /// With two digits in front by which the ranks' findings are put in order.
  private func describe(_ fault: TrainingFault, _ hosts: [String]) -> String {
    let order: Int
    var rank = job.rank
    switch fault.part {
    case .gradient(let shards):
      order = 0
      rank = (0..<plan.ranks).first { plan.shards(ofRank: $0).contains(shards.lowerBound) } ?? rank
    case .parameter: order = 1
    case .secondMoment: order = 2
    case .runningStatistic: order = 3
    }
    let whose = job.size > 1 ? "rank \(rank) (\(hosts[rank])): " : ""
    return "\(fault.network == "discriminator" ? 0 : 1)\(order)\(whose)\(fault)"
  }
}
