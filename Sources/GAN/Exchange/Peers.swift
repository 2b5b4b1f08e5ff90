import Numerics

/// The networks' interface to the other ranks. Cluster implements it over MPI; `SingleRank` serves one process and
/// tests.
package protocol Peers: AnyObject {
  /// The shards of each rank, and the order of sums over them.
  var reduction: ShardReduction { get }

  /// Collects the values of all ranks' nodes in the order of `reduction.allNodes`. Collective.
  ///
  /// - Parameters:
  ///   - own: [own nodes][perNode].
  ///   - all: [all nodes][perNode].
  func gather(_ own: UnsafeMutablePointer<Double>, perNode: Int, into all: UnsafeMutablePointer<Double>) throws

  /// Creates the exchange of one network's gradients. Called once for each network, in the same order on all ranks.
  func makeGradientExchange(for slots: GradientSlots) throws -> any GradientExchange
}

/// The memory of a gradient exchange: the flat parameters of a network, the sums over this rank's nodes, and the
/// buckets in the order in which backward completes them.
package struct GradientSlots {
  package let parameters: Floats
  package let sums: NodeBuffers
  package let buckets: [Range<Int>]
  /// Summed and sent to all ranks together with the gradients; nil if there are none.
  package let scalars: LayerScalars?
  /// The threads that add the sums of the slices that this rank owns.
  package let threads: Threads

  package init(
    parameters: Floats, sums: NodeBuffers, buckets: [Range<Int>], scalars: LayerScalars? = nil, threads: Threads
  ) {
    self.parameters = parameters
    self.sums = sums
    self.scalars = scalars
    self.buckets = buckets
    self.threads = threads
  }
}

/// Sends gradient sums to the owners of the parameters, and updated parameters to all ranks.
///
/// The owner of a slice of a bucket adds all ranks' nodes in the tree's order, then the groups: a reduce-scatter. After
/// it has updated its parameters, all ranks receive them: an all-gather.
package protocol GradientExchange: AnyObject {
  /// For each bucket, the range that this rank sums and updates.
  var owned: [Range<Int>] { get }

  /// Begins the exchange of `bucket`, whose sums are complete on this rank, and with the last one that of the scalars.
  /// Buckets begin in order. Collective.
  func begin(_ bucket: Int) throws

  /// Makes progress on messages; cheap, and called often during computation.
  func poll()

  /// Waits for a bucket's sums and adds them. Every bucket must have begun; buckets are reduced in order. The scalars' sums
  /// are complete when the first one returns. Collective.
  func reduceScatter(_ bucket: Int) throws -> ReducedGradient

  /// Sends this rank's part of a bucket's parameters to all. Collective.
  func beginAllGather(_ bucket: Int) throws

  /// Waits until all sent parameters have arrived, and ends the exchange of one update. Collective.
  func finishAllGather() throws
}

extension GradientExchange {
  /// Completes the exchange of one update after all buckets have begun. Collective.
  ///
  /// - Parameter update: gets each owned range's complete gradient, before the parameters are sent to all ranks.
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
  /// The first summand that is not finite.
  package let fault: GradientFault?

  package init(gradient: Floats, fault: GradientFault?) {
    self.gradient = gradient
    self.fault = fault
  }
}
