import Numerics

/// The ranks that train together, as far as the networks need to know of them. Cluster conforms to it over MPI;
/// `SingleRank` serves one process and the tests.
package protocol Peers: AnyObject {
  /// Who holds which shards.
  var reduction: ShardReduction { get }

  /// Collects the values of all ranks' nodes in the order of `reduction.allNodes`. Collective.
  ///
  /// - Parameters:
  ///   - own: [own nodes][perNode].
  ///   - all: [all nodes][perNode].
  func gather(_ own: UnsafeMutablePointer<Double>, perNode: Int, into all: UnsafeMutablePointer<Double>) throws

  /// The exchange of one network's gradients; called once for each network, on all ranks in the same order.
  func makeGradientExchange(for slots: GradientSlots) throws -> any GradientExchange
}

/// What a gradient exchange works on: the flat parameters of a network, the sums over this rank's nodes, and the buckets
/// in the order that backward completes them.
package struct GradientSlots {
  package let parameters: Floats
  package let sums: NodeBuffers
  package let buckets: [Range<Int>]
  /// Which add up what this rank owns.
  package let threads: Threads

  package init(parameters: Floats, sums: NodeBuffers, buckets: [Range<Int>], threads: Threads) {
    self.parameters = parameters
    self.sums = sums
    self.buckets = buckets
    self.threads = threads
  }
}

/// Every rank's gradient sums on their way to the owners of the parameters, and the parameters on their way to every rank.
///
/// The owner of a slice of a bucket adds all ranks' nodes in the tree's order, then the groups: a reduce-scatter. Once it
/// has moved its parameters, all ranks receive them: an all-gather.
package protocol GradientExchange: AnyObject {
  /// For each bucket, the part whose sum and update are this rank's.
  var owned: [Range<Int>] { get }

  /// Says that the sums of `bucket` are complete on this rank. Buckets begin in order. Collective.
  func begin(_ bucket: Int) throws

  /// Moves messages on; cheap, and called often while this rank computes.
  func poll()

  /// Waits for a bucket and adds what came, once every bucket has begun. Buckets are reduced in order. Collective.
  func reduceScatter(_ bucket: Int) throws -> ReducedGradient

  /// Sends this rank's part of a bucket's parameters to all. Collective.
  func beginAllGather(_ bucket: Int) throws

  /// Waits until all parameters are here that were sent. Ends the exchange of one update. Collective.
  func finishAllGather() throws
}

extension GradientExchange {
  /// The whole exchange of one update, where all buckets have begun and nothing else is to be done. Collective.
  ///
  /// - Parameter update: gets each owned range's complete gradient, before the parameters go to all.
  package func exchangeAll(update: (_ bucket: Int, _ gradient: Floats) -> Void = { _, _ in }) throws {
    for bucket in owned.indices {
      update(bucket, try reduceScatter(bucket).gradient)
      try beginAllGather(bucket)
    }
    try finishAllGather()
  }
}

/// The sum of a bucket's gradients over all shards, in the owned range.
package struct ReducedGradient {
  /// In group 0, node 0 of the sums.
  package let gradient: Floats
  /// The first value that was not finite among those added.
  package let fault: GradientFault?

  package init(gradient: Floats, fault: GradientFault?) {
    self.gradient = gradient
    self.fault = fault
  }
}
