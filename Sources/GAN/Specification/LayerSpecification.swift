/// One entry of a network's layer list, as the configuration gives it; input sizes follow from the layer before.
package enum LayerSpecification: Hashable, Sendable {
  /// Every output from every input of a vector, as PyTorch's `Linear`.
  case dense(units: Int, bias: Bool = true)
  /// The same numbers as a map of other sides, in PyTorch's order: channels, rows, columns.
  case reshape(FeatureShape)
  /// The same numbers as a vector, in PyTorch's order.
  case flatten
  case convolution(ConvolutionSpecification)
  case transposedConvolution(ConvolutionSpecification)
  case upsample(scale: Int, mode: UpsamplingMode)
  case batchNorm(BatchNormSpecification = .init())
  case dropout(rate: Float, kind: DropoutKind = .element)
  case relu
  case leakyRelu(slope: Float)
  case tanh
  /// No layer: the one before ends an output of the network, and the next one starts at the output of the entry `from`,
  /// counting from 0.
  case branch(from: Int)
}

/// How the pixels between pixels are made.
package enum UpsamplingMode: String, Hashable, Sendable, CaseIterable {
  case nearest
  /// Between the centres of pixels, as PyTorch's `align_corners=False`.
  case bilinear
}

/// What dropout sets to 0 together.
package enum DropoutKind: String, Hashable, Sendable, CaseIterable {
  /// Each number on its own (Srivastava et al. 2014), PyTorch's `Dropout`.
  case element
  /// All pixels of a channel (Tompson et al. 2015), PyTorch's `Dropout2d`.
  case channel
}

/// Batch norm's settings, in PyTorch's terms.
package struct BatchNormSpecification: Hashable, Sendable {
  /// Added to the variance.
  package var epsilon: Float
  /// The share of the newest batch in the running statistics.
  package var momentum: Float
  /// Normalizes by the batch's own moments even where others go by the running ones.
  package var alwaysBatch: Bool

  package init(epsilon: Float = 1e-5, momentum: Float = 0.1, alwaysBatch: Bool = false) {
    self.epsilon = epsilon
    self.momentum = momentum
    self.alwaysBatch = alwaysBatch
  }
}

/// Output channels and square window of a convolution, in PyTorch's terms: the padding of a transposed convolution is
/// the one of the convolution that it transposes.
package struct ConvolutionSpecification: Hashable, Sendable {
  package enum Padding: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// As many pixels on every side.
    case symmetric(Int)
    /// TensorFlow's: as many as give an output of the input's side ÷ stride, rounded up; an odd one goes behind. For a
    /// transposed convolution, of the input's side · stride.
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
  /// Rows and columns that a transposed convolution has more, behind the others.
  package var outputPadding: Int
  package var bias: Bool

  package init(
    channels: Int, kernel: Int, stride: Int = 1, padding: Padding, outputPadding: Int = 0, bias: Bool
  ) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.bias = bias
  }
}
