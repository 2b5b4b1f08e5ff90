/// Initial values of parameters.
package struct InitializationSpecification: Hashable, Sendable {
  package enum Weights: Hashable, Sendable {
    /// Mean 0.
    case normal(deviation: Float)
    /// Normal with mean 0; values beyond two standard deviations are redrawn: TensorFlow's
    /// `truncated_normal_initializer`.
    case truncatedNormal(deviation: Float)
    /// PyTorch's default: uniform within ±1 / √fan_in, which is He et al. 2015 with a = √5.
    case framework
  }
  package enum Biases: String, Hashable, Sendable, CaseIterable {
    case zero
    /// PyTorch's default: uniform within ±1 / √fan_in.
    case framework
  }

  /// Of convolutions, and of dense layers if `dense` is nil.
  package var weights: Weights
  package var dense: Weights?
  package var biases: Biases
  /// Mean and standard deviation of batch norm's scale; its shift starts at 0.
  package var scaleMean: Float
  package var scaleDeviation: Float

  package init(
    weights: Weights = .normal(deviation: 0.02), dense: Weights? = nil, biases: Biases = .zero, scaleMean: Float = 1,
    scaleDeviation: Float = 0.02
  ) {
    self.weights = weights
    self.dense = dense
    self.biases = biases
    self.scaleMean = scaleMean
    self.scaleDeviation = scaleDeviation
  }
}
