import Numerics

/// A convolution of a planned network with its weights, to measure its passes outside a step.
package struct NetworkConvolution {
  /// Number among the network's convolutions, from 1.
  package let number: Int
  package let isTransposed: Bool
  package let convolution: ChosenConvolution
  package let weights: Floats
  /// Offset of its weight gradient in the network's sums.
  package let weightOffset: Int
}

extension Network {
  /// Its convolutions, in the order of the layers.
  package var convolutions: [NetworkConvolution] {
    layers.compactMap { $0 as? ConvolutionLayer }.enumerated().map { place, layer in
      NetworkConvolution(
        number: place + 1, isTransposed: layer.isTransposed, convolution: layer.convolution, weights: layer.weights,
        weightOffset: layer.parameters[0].offset)
    }
  }
}
