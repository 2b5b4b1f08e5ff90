/// One entry of a network's layer list, as in the configuration; its input size follows from the layer before it.
package enum LayerSpecification: Hashable, Sendable {
  /// Fully connected, from vector to vector: PyTorch's `Linear`.
  case dense(units: Int, bias: Bool = true, spectralNorm: Bool = false)
  /// The same elements as a map of another shape, in PyTorch's order: channels, rows, columns.
  case reshape(FeatureShape)
  /// The same elements as a vector, in PyTorch's order.
  case flatten
  case convolution(ConvolutionSpecification)
  case transposedConvolution(ConvolutionSpecification)
  case upsample(scale: Int, mode: UpsamplingMode)
  case batchNorm(BatchNormSpecification = .init())
  case dropout(rate: Float, kind: DropoutKind = .element)
  case relu
  case leakyRelu(slope: Float)
  case tanh
  /// No layer: the layer before it computes an output of the network, and the layer after it takes the output of the
  /// entry `from`, counted from 0.
  case branch(from: Int)
}

/// Interpolation between pixels.
package enum UpsamplingMode: String, Hashable, Sendable, CaseIterable {
  case nearest
  /// Between pixel centres, as PyTorch's `align_corners=False`.
  case bilinear
}

/// The units that dropout sets to 0.
package enum DropoutKind: String, Hashable, Sendable, CaseIterable {
  /// Single elements (Srivastava et al. 2014): PyTorch's `Dropout`.
  case element
  /// All pixels of a channel (Tompson et al. 2015): PyTorch's `Dropout2d`.
  case channel
}

/// Batch norm's settings, in PyTorch's terms.
package struct BatchNormSpecification: Hashable, Sendable {
  /// Added to the variance.
  package var epsilon: Float
  /// The weight of the newest batch in the running statistics.
  package var momentum: Float
  /// Uses batch statistics outside training, too.
  package var alwaysBatch: Bool

  package init(epsilon: Float = 1e-5, momentum: Float = 0.1, alwaysBatch: Bool = false) {
    self.epsilon = epsilon
    self.momentum = momentum
    self.alwaysBatch = alwaysBatch
  }
}

/// Output channels and square window of a convolution, in PyTorch's terms: a transposed convolution has the padding of
/// the convolution that it transposes.
package struct ConvolutionSpecification: Hashable, Sendable {
  package enum Padding: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// This number of pixels on every side.
    case symmetric(Int)
    /// TensorFlow's: the output's side is the input's ÷ stride, rounded up; an odd pixel is added at the end. For a
    /// transposed convolution, the output's side is the input's · stride.
    case same

    package init(integerLiteral pixels: Int) { self = .symmetric(pixels) }

    /// As in the configuration: `1`, or `same`.
    package var description: String {
      switch self {
      case .symmetric(let pixels): "\(pixels)"
      case .same: "same"
      }
    }
  }
  package var channels: Int
  package var kernel: Int
  package var stride: Int
  package var padding: Padding
  /// Rows and columns that a transposed convolution adds at the end of its output.
  package var outputPadding: Int
  package var bias: Bool
  /// Divides the weights by their largest singular value; of convolutions, not of transposed ones.
  package var spectralNorm: Bool

  package init(
    channels: Int, kernel: Int, stride: Int = 1, padding: Padding, outputPadding: Int = 0, bias: Bool,
    spectralNorm: Bool = false
  ) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.bias = bias
    self.spectralNorm = spectralNorm
  }
}

/// An operation on D's input, real images and fakes, in D's and in G's updates: a layer before D's own, without
/// parameters. G's gradient goes through its backward pass (the adjoint), a gradient penalty through its tangent pass.
/// Each image gets new random numbers in each pass.
package enum InputOperation: Hashable, Sendable {
  /// Adds normal noise of this standard deviation, in training.
  case noise(standardDeviation: Float)
  /// Changes images, in training.
  case augmentation(DifferentiableAugmentation)
}
