import Tensor

/// The ranks that train together, as far as the networks need to know of them. DistTrain conforms to it over MPI;
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

  package init(parameters: Floats, sums: NodeBuffers, buckets: [Range<Int>]) {
    self.parameters = parameters
    self.sums = sums
    self.buckets = buckets
  }
}

/// Turns every rank's gradient sums into updated parameters on every rank.
///
/// The owner of a slice of a bucket reduces all ranks' nodes in the tree's order, adds the groups, updates its slice
/// of the parameters, and all ranks receive it: a reduce-scatter, the optimizer, an all-gather.
package protocol GradientExchange: AnyObject {
  /// For each bucket, the part whose sum and update are this rank's.
  var owned: [Range<Int>] { get }

  /// The first value that was not finite among those which this rank added up in the last `finish`.
  var fault: GradientFault? { get }

  /// Says that the sums of `bucket` are complete on this rank. Buckets begin in order. Collective.
  func begin(_ bucket: Int) throws

  /// Moves messages on; cheap, and called often while this rank computes.
  func poll()

  /// Completes all buckets. `update` gets each owned range with the complete gradient of it, which afterwards stands
  /// in group 0, node 0 of the sums. Collective.
  func finish(update: (_ bucket: Int, _ gradient: Floats) -> Void) throws
}
