import Numerics

/// A network in training on this rank: its gradients' way to those who own the parameters, and the parameters' way back.
package final class TrainedNetwork {
  package let network: Network
  package let exchange: any GradientExchange
  package let owned: OwnedParameters
  /// In the order in which backward completes them.
  package let buckets: Buckets

  /// Collective.
  init(_ network: Network, _ optimizer: any Optimizer, engine: Engine) throws {
    guard let sums = network.sums else { preconditionFailure("\(network.name) has no memory for gradients") }
    self.network = network
    buckets = Buckets(network)
    exchange = try engine.peers.makeGradientExchange(
      for: GradientSlots(
        parameters: network.parameters, sums: sums, buckets: buckets.ranges, threads: engine.threads))
    owned = OwnedParameters(optimizer, network: network, ranges: exchange.owned)
  }

  /// Sends the gradients that a layer has completed in backward. Collective.
  func begin(layer: Int) throws {
    for bucket in buckets.completed(by: layer) { try exchange.begin(bucket) }
  }

  /// One update, bucket by bucket: the gradients' sums come to their owners, who move the parameters and send them to all.
  /// Collective.
  ///
  /// Until a bucket's sum is complete, nothing but elementwise operations may be done with its gradient: a rank has no more
  /// than its nodes' parts, or the slice that it owns. A number of a whole tensor, such as an inner product with the
  /// gradient, is made of a value for each layer and shard and summed by the tree (`ShardStatistics`).
  ///
  /// - Parameter bound: the parameters are clipped to ± it.
  package func update(clippingTo bound: Float? = nil) throws {
    for bucket in buckets.ranges.indices {
      let sum = try exchange.reduceScatter(bucket)
      owned.update(bucket: bucket, gradient: sum.gradient, found: sum.fault, clippingTo: bound)
      try exchange.beginAllGather(bucket)
    }
    owned.endUpdate()
    try exchange.finishAllGather()
  }

  /// The gradients' sums alone, for checks: they stand in the first group and node of `network.sums`, each where its owner
  /// is. Collective.
  package func sumGradients() throws {
    for bucket in buckets.ranges.indices { _ = try exchange.reduceScatter(bucket) }
    try exchange.finishAllGather()
  }
}
