import Numerics

/// An infinite or NaN value of the training state, with the place where it first occurred.
///
/// Every step is checked while its data are in the caches: the ranks' gradient sums where they are added, parameters
/// and optimizer states where the optimizer writes them.
package struct TrainingFault: Equatable, Sendable, CustomStringConvertible {
  package enum Part: Equatable, Sendable {
    /// As received by its owner; with the shards that computed it.
    case gradient(shards: Range<Int>)
    /// After an update with finite gradients.
    case parameter
    /// After an update with finite gradients; with the state's title.
    case optimizerState(String)
    case runningStatistic
  }

  package let network: String
  /// Name in files: `3.weight`.
  package let tensor: String
  package let part: Part
  package let value: Float

  package init(network: String, tensor: String, part: Part, value: Float) {
    (self.network, self.tensor, self.part, self.value) = (network, tensor, part, value)
  }

  package var description: String {
    let value = value.isNaN ? "nan" : "\(value)"  // without a sign
    switch part {
    case .gradient(let shards):
      let range = shards.count == 1 ? "shard \(shards.lowerBound)" : "shards \(shards.lowerBound) to \(shards.last!)"
      return "the gradient of \(network).\(tensor) has the value \(value) in \(range)"
    case .parameter: return "\(network).\(tensor) has become \(value), though its gradient is finite"
    case .optimizerState(let title): return "the \(title) of \(network).\(tensor) has become \(value)"
    case .runningStatistic: return "\(network).\(tensor) has become \(value)"
    }
  }
}

extension Network {
  /// The tensor of the flat parameter `element`; nil in the gaps between tensors.
  func tensor(at element: Int) -> ParameterTensor? { tensors.first { $0.range.contains(element) } }

  /// The first running statistic that is not finite.
  var statisticsFault: TrainingFault? {
    for tensor in bufferTensors where !context.kernels.isFinite(buffers + tensor.offset, count: tensor.count) {
      let value = tensor.range.lazy.map { self.buffers[$0] }.first { !$0.isFinite }!
      return TrainingFault(network: name, tensor: tensor.name, part: .runningStatistic, value: value)
    }
    return nil
  }
}
