import Foundation
import GAN
import Numerics

/// A job of one process, without MPI.
package final class SingleProcess: Job {
  package let rank = 0
  package let size = 1
  package let ranksOnHost = 1
  package let secondsExchanging = 0.0
  package let activity = Activity()
  package var host: String { ProcessInfo.processInfo.hostName }

  package init() {}

  package func barrier() {}
  package func broadcast(_ bytes: [UInt8]) -> [UInt8] { bytes }
  package func allGather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
  package func allGather(_ values: [Double]) -> [[Double]] { [values] }
  package func gather(_ values: [Float]) -> [[Float]] { [values] }
  package func maximum(_ value: Int) -> Int { value }

  package func makePeers(_ plan: ShardPlan, kernels: Kernels) -> any Peers {
    SingleRank(shards: plan.shards, kernels: kernels)
  }
}
