import Numerics

/// A network in training on this rank, with the exchange of its gradients and the parameters that this rank owns.
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
        parameters: network.parameters, sums: sums, buckets: buckets.ranges, scalars: network.scalars,
        threads: engine.threads))
    owned = OwnedParameters(optimizer, network: network, ranges: exchange.owned)
  }

  /// Begins the exchange of the buckets that a layer completes in backward. Collective.
  func begin(layer: Int) throws {
    for bucket in buckets.completed(by: layer) { try exchange.begin(bucket) }
  }

  /// One update, bucket by bucket: owners receive the sums of the gradients, update the parameters and send them to all
  /// ranks. Collective.
  ///
  /// Only elementwise operations may be applied to a bucket's gradient: a rank has only its own nodes' sums, or the
  /// slice that it owns. A value of a whole tensor, such as an inner product with the gradient, is one of the network's
  /// `LayerScalars`.
  ///
  /// - Parameter bound: the parameters are clipped to ± it.
  package func update(clippingTo bound: Float? = nil) throws {
    for bucket in buckets.ranges.indices {
      let sum = try reduceScatter(bucket)
      owned.update(bucket: bucket, gradient: sum.gradient, found: sum.fault, clippingTo: bound)
      try exchange.beginAllGather(bucket)
    }
    owned.endUpdate()
    try exchange.finishAllGather()
  }

  /// Sums the gradients without an update, for checks. Each owner has the sums of its slices in the first group and
  /// node of `network.sums`. Collective.
  package func sumGradients() throws {
    for bucket in buckets.ranges.indices { _ = try reduceScatter(bucket) }
    try exchange.finishAllGather()
  }

  /// The complete gradient of the owned part of a bucket. Collective.
  private func reduceScatter(_ bucket: Int) throws -> ReducedGradient {
    let sum = try exchange.reduceScatter(bucket)
    network.completeGradient(sum.gradient, exchange.owned[bucket])
    return sum
  }
}
