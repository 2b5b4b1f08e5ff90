/// One entry of a network's layer list, as the configuration gives it; input sizes follow from the layer before.
package enum LayerSpecification: Hashable, Sendable {
  case convolution(ConvolutionSpecification)
  case transposedConvolution(ConvolutionSpecification)
  case batchNorm(epsilon: Float = 1e-5, momentum: Float = 0.1)
  case relu
  case leakyRelu(slope: Float)
  case tanh
}

/// Output channels and square window of a convolution, in PyTorch's terms: the padding of a transposed convolution is
/// the one of the convolution that it transposes.
package struct ConvolutionSpecification: Hashable, Sendable {
  package var channels: Int
  package var kernel: Int
  package var stride: Int
  package var padding: Int
  package var bias: Bool

  package init(channels: Int, kernel: Int, stride: Int, padding: Int, bias: Bool) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.bias = bias
  }
}
