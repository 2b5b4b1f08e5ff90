import Tensor

/// A value of the training state that is infinite or no number, where a step first made one.
///
/// Every step is looked at while its data pass through the caches anyway: what ranks send, where it is added up; parameters
/// and second moments, where the optimizer writes them.
package struct TrainingFault: Equatable, Sendable, CustomStringConvertible {
  package enum Part: Equatable, Sendable {
    /// As its owner received it; the shards that computed it.
    case gradient(shards: Range<Int>)
    /// After an update of which all gradients were finite.
    case parameter
    /// The second moment of a gradient that was finite.
    case secondMoment
    case runningStatistic
  }

  package let network: String
  /// As files name it: `3.weight`.
  package let tensor: String
  package let part: Part
  package let value: Float

  package var description: String {
    let value = value.isNaN ? "nan" : "\(value)"  // whatever its sign
    switch part {
    case .gradient(let shards):
      let range = shards.count == 1 ? "shard \(shards.lowerBound)" : "shards \(shards.lowerBound) to \(shards.last!)"
      return "the gradient of \(network).\(tensor) has the value \(value) in \(range)"
    case .parameter: return "\(network).\(tensor) has become \(value), though its gradient is finite"
    case .secondMoment: return "the squared gradient of \(network).\(tensor) has become \(value)"
    case .runningStatistic: return "\(network).\(tensor) has become \(value)"
    }
  }
}

/// A part of a gradient that is infinite or no number.
package struct GradientFault: Equatable, Sendable {
  /// The shards whose sum it is.
  package let shards: Range<Int>
  /// In the network's flat parameters.
  package let element: Int
  package let value: Float

  package init(shards: Range<Int>, element: Int, value: Float) {
    (self.shards, self.element, self.value) = (shards, element, value)
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
