import Numerics
import Synchronization

/// The slices of a network's parameters that this rank owns, with their optimizer states, which no other rank has
/// (Rajbhandari et al. 2020, "ZeRO", stage 1).
package final class OwnedParameters {
  package let optimizer: any Optimizer
  /// Updates done.
  package var updates = 0
  /// For each bucket, the owned range of the flat parameters.
  package let ranges: [Range<Int>]
  /// The first value that was not finite among those that this rank received or updated; never cleared.
  package private(set) var fault: TrainingFault?

  private let network: Network
  /// [state][element], the elements of all buckets one after the other.
  private let states: Floats
  private let count: Int
  /// Where each bucket's elements start.
  private let starts: [Int]

  init(_ optimizer: any Optimizer, network: Network, ranges: [Range<Int>]) {
    self.optimizer = optimizer
    self.ranges = ranges
    self.network = network
    var count = 0
    starts = ranges.map { range in
      defer { count += range.count }
      return count
    }
    self.count = count
    states = network.context.arena.floats(type(of: optimizer).states.count * count)
  }

  /// Updates the owned range of one bucket.
  ///
  /// - Parameters:
  ///   - gradient: complete gradient of the owned range.
  ///   - found: a summand of the gradient that was not finite.
  ///   - bound: the parameters are clipped to ± it after the update. Values that are not finite are not clipped, since
  ///     the bound in their place would hide the fault.
  package func update(bucket: Int, gradient: Floats, found: GradientFault? = nil, clippingTo bound: Float? = nil) {
    let range = ranges[bucket]
    let block = 1 << 16
    let isFaulty = Atomic(false)
    // Each thread updates only the elements of its own blocks.
    nonisolated(unsafe) let (parameters, gradient) = (network.parameters + range.lowerBound, gradient)
    nonisolated(unsafe) let states = states + starts[bucket]
    network.context.threads.forEach((range.count + block - 1) / block) {
      [optimizer, updates, count, kernels = network.context.kernels] index, _ in
      let first = index * block
      let slice = OptimizerSlice(
        count: min(block, range.count - first), parameters: parameters + first, gradient: gradient + first,
        states: states + first, stateStride: count)
      let isFinite = optimizer.update(slice, step: updates + 1, kernels: kernels)
      if !isFinite {
        isFaulty.store(true, ordering: .relaxed)
      } else if let bound {
        let values = slice.parameters
        for place in 0..<slice.count { values[place] = min(max(values[place], -bound), bound) }
      }
    }
    if fault == nil { fault = found.flatMap(describe) }
    if fault == nil, isFaulty.load(ordering: .relaxed) { fault = findFault(inBucket: bucket) }
  }

  /// Counts an update; called after all buckets.
  package func endUpdate() { updates += 1 }

  private func describe(_ fault: GradientFault) -> TrainingFault? {
    network.tensor(at: fault.element).map {
      TrainingFault(network: network.name, tensor: $0.name, part: .gradient(shards: fault.shards), value: fault.value)
    }
  }

  /// The first value of a bucket that is not finite after its update.
  private func findFault(inBucket bucket: Int) -> TrainingFault? {
    let kinds = type(of: optimizer).states
    for (place, element) in ranges[bucket].enumerated() {
      guard let tensor = network.tensor(at: element) else { continue }
      let parameter = network.parameters[element]
      if !parameter.isFinite {
        return TrainingFault(network: network.name, tensor: tensor.name, part: .parameter, value: parameter)
      }
      for (number, kind) in kinds.enumerated() {
        let value = state(number, ofBucket: bucket)[place]
        guard !value.isFinite else { continue }
        return TrainingFault(
          network: network.name, tensor: tensor.name, part: .optimizerState(kind.title), value: value)
      }
    }
    return nil
  }

  /// One of the optimizer's states of a bucket's owned range, in the order of the flat parameters.
  package func state(_ number: Int, ofBucket bucket: Int) -> Floats { states + number * count + starts[bucket] }
}
