import Numerics

/// A value of the training state that is infinite or no number, where a step first made one.
///
/// Every step is looked at while its data pass through the caches anyway: what ranks send, where it is added up; parameters
/// and what the optimizer keeps of them, where the optimizer writes them.
package struct TrainingFault: Equatable, Sendable, CustomStringConvertible {
  package enum Part: Equatable, Sendable {
    /// As its owner received it; the shards that computed it.
    case gradient(shards: Range<Int>)
    /// After an update of which all gradients were finite.
    case parameter
    /// What the optimizer keeps of a gradient that was finite; its title.
    case optimizerState(String)
    case runningStatistic
  }

  package let network: String
  /// As files name it: `3.weight`.
  package let tensor: String
  package let part: Part
  package let value: Float

  package init(network: String, tensor: String, part: Part, value: Float) {
    (self.network, self.tensor, self.part, self.value) = (network, tensor, part, value)
  }

  package var description: String {
    let value = value.isNaN ? "nan" : "\(value)"  // whatever its sign
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
  /// The tensor that the flat parameter `element` belongs to; nil for the gaps between tensors.
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
