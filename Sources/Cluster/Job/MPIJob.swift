import GAN
import MPI
import Numerics
import Reporting

/// The ranks of an MPI job.
package final class MPIJob: Job {
  package let rank: Int
  package let size: Int
  package let ranksOnHost: Int
  package var host: String { Session.processorName }
  package let activity: Activity
  package var secondsExchanging: Double { stopwatch.seconds }

  private let world: Communicator
  private let stopwatch: Stopwatch

  /// Collective.
  package init(_ world: borrowing Communicator) throws {
    rank = world.rank
    size = world.size
    ranksOnHost = try world.sharedMemory().size
    self.world = try world.duplicate()
    activity = Activity()
    stopwatch = Stopwatch(activity)
  }

  /// Runs a call in which this rank waits for all others.
  private func wait<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try activity.during(.agreement, body)
  }

  package func barrier() throws { try wait { try world.barrier() } }

  package func broadcast(_ bytes: [UInt8]) throws -> [UInt8] {
    try wait { try world.broadcast(bytes, from: 0) }
  }

  package func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] { try wait { try world.allGather(bytes) } }

  package func allGather(_ values: [Double]) throws -> [[Double]] { try wait { try world.allGather(values) } }

  package func gather(_ values: [Float]) throws -> [[Float]] { try wait { try world.gather(values, to: 0) } }

  package func maximum(_ value: Int) throws -> Int { try wait { try world.maximum(of: value) } }

  package func makePeers(_ plan: ShardPlan, kernels: Kernels) throws -> any Peers {
    size == 1
      ? SingleRank(shards: plan.shards, kernels: kernels)
      : try MPIPeers(plan, communicator: world.duplicate(), kernels: kernels, stopwatch: stopwatch)
  }
}
