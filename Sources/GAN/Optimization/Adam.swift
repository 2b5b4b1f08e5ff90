import Synchronization
import Tensor

/// Adam (Kingma & Ba 2014, algorithm 1) and its kin on the slices of a network's parameters that this rank owns; their moments exist
/// nowhere else.
package final class Adam {
  package let specification: AdamSpecification
  /// Updates done.
  package var updates = 0
  /// For each bucket the owned range of the flat parameters.
  package let owned: [Range<Int>]
  /// The first value that was not finite, of what this rank has received or updated; it stays.
  package private(set) var fault: TrainingFault?

  private let network: Network
  private let parameters: Floats
  private let means: Floats
  private let squares: Floats
  /// Where each bucket's moments start.
  private let starts: [Int]
  private let kernels: Kernels
  private let threads: Threads

  init(_ specification: AdamSpecification, network: Network, owned: [Range<Int>]) {
    self.specification = specification
    self.owned = owned
    self.network = network
    parameters = network.parameters
    kernels = network.context.kernels
    threads = network.context.threads
    var count = 0
    starts = owned.map { range in
      defer { count += range.count }
      return count
    }
    means = network.context.arena.floats(count)
    squares = network.context.arena.floats(count)
  }

  /// One update: reduces the gradients over all ranks and moves the parameters. Collective.
  ///
  /// - Parameter limit: where the parameters are clipped to ± it afterwards.
  package func descend(averagedBy exchange: any GradientExchange, clippingTo limit: Float? = nil) throws {
    let coefficients = AdamCoefficients(
      learningRate: specification.learningRate, beta1: specification.beta1, beta2: specification.beta2,
      epsilon: specification.epsilon, weightDecay: specification.weightDecay,
      isDecoupled: specification.kind == .adamW, correctsBias: specification.kind != .rmsprop, step: updates + 1)
    // The first bucket and block that an update has left values in which are not finite.
    let faulty = Atomic(Int.max)
    try exchange.finish { bucket, gradient in
      let range = owned[bucket]
      let block = 1 << 16
      threads.forEach((range.count + block - 1) / block) { index, _ in
        let first = index * block
        let count = min(block, range.count - first)
        let values = parameters + range.lowerBound + first
        let isFinite = kernels.adam(
          values, gradient: gradient + first, mean: means + starts[bucket] + first,
          square: squares + starts[bucket] + first, count: count, coefficients)
        if !isFinite { faulty.min(bucket, ordering: .relaxed) }
        if let limit { for place in 0..<count { values[place] = min(max(values[place], -limit), limit) } }
      }
    }
    updates += 1
    if fault == nil {
      fault = exchange.fault.flatMap(describe) ?? findFault(inBucket: faulty.load(ordering: .relaxed))
    }
  }

  private func describe(_ fault: GradientFault) -> TrainingFault? {
    network.tensor(at: fault.element).map {
      TrainingFault(network: network.name, tensor: $0.name, part: .gradient(shards: fault.shards), value: fault.value)
    }
  }

  /// What is not finite in a bucket after its update.
  private func findFault(inBucket bucket: Int) -> TrainingFault? {
    guard bucket < owned.count else { return nil }
    for (place, element) in owned[bucket].enumerated() {
      let (parameter, square) = (parameters[element], squares[starts[bucket] + place])
      guard !(parameter.isFinite && square.isFinite), let tensor = network.tensor(at: element) else { continue }
      return parameter.isFinite
        ? TrainingFault(network: network.name, tensor: tensor.name, part: .secondMoment, value: square)
        : TrainingFault(network: network.name, tensor: tensor.name, part: .parameter, value: parameter)
    }
    return nil
  }

  /// This rank's moments of a bucket, in the order of the flat parameters.
  package func moments(ofBucket bucket: Int) -> (mean: Floats, square: Floats) {
    (means + starts[bucket], squares + starts[bucket])
  }
}
