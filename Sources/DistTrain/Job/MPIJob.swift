import GAN
import MPI
import Tensor

/// The ranks of an MPI job.
package final class MPIJob: Job {
  package let rank: Int
  package let size: Int
  package let ranksOnHost: Int
  package var host: String { Session.processorName }
  package var secondsExchanging: Double { stopwatch.seconds }

  private let world: Communicator
  private let stopwatch = Stopwatch()

  /// Collective.
  package init(_ world: borrowing Communicator) throws {
    rank = world.rank
    size = world.size
    ranksOnHost = try world.sharedMemory().size
    self.world = try world.duplicate()
  }

  package func barrier() throws { try world.barrier() }

  package func broadcast(_ bytes: [UInt8]) throws -> [UInt8] { try world.broadcast(bytes, from: 0) }

  package func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] { try world.allGather(bytes) }

  package func allGather(_ values: [Double]) throws -> [[Double]] { try world.allGather(values) }

  package func gather(_ values: [Float]) throws -> [[Float]] { try world.gather(values, to: 0) }

  package func maximum(_ value: Int) throws -> Int { try world.maximum(of: value) }

  package func makePeers(_ plan: ShardPlan, kernels: Kernels) throws -> any Peers {
    size == 1
      ? SingleRank(shards: plan.shards, kernels: kernels)
      : try MPIPeers(plan, communicator: world.duplicate(), kernels: kernels, stopwatch: stopwatch)
  }
}

/// Adds up the time between its starts and stops.
final class Stopwatch {
  private(set) var seconds = 0.0

  func measure<Result>(_ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { seconds += (ContinuousClock.now - start) / .seconds(1) }
    return try body()
  }
}
