/// The size of one sample between two layers.
package struct FeatureShape: Hashable, Sendable, CustomStringConvertible {
  package var channels: Int
  package var height: Int
  package var width: Int

  package init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Channels, height, width, as PyTorch orders them.
  package var description: String { "\(channels)×\(height)×\(width)" }
}

/// Why a list of layers cannot be put together.
package struct ShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Index in the list, from 0.
  package let layer: Int
  /// What comes into that layer.
  package let input: FeatureShape
  package let problem: String

  package var description: String { "layer \(layer), which gets \(input): \(problem)" }
}

/// The shape after each layer; sizes follow PyTorch's formulas for `Conv2d` and `ConvTranspose2d`, dilation 1.
package func inferredShapes(
  of layers: [LayerSpecification], from input: FeatureShape
) throws(ShapeError) -> [FeatureShape] {
  var shapes: [FeatureShape] = []
  var shape = input
  for (index, layer) in layers.enumerated() {
    switch layer {
    case .convolution(let window):
      guard let height = window.reduced(shape.height), let width = window.reduced(shape.width) else {
        throw ShapeError(
          layer: index, input: shape,
          problem: "its padding of \(window.padding) leaves no room for a window of \(window.kernel)×\(window.kernel)")
      }
      shape = FeatureShape(channels: window.channels, height: height, width: width)
    case .transposedConvolution(let window):
      guard let height = window.enlarged(shape.height), let width = window.enlarged(shape.width) else {
        throw ShapeError(
          layer: index, input: shape,
          problem: "kernel \(window.kernel), stride \(window.stride) and padding \(window.padding) leave no pixel "
            + "within \(FeatureShape.largestSide)")
      }
      shape = FeatureShape(channels: window.channels, height: height, width: width)
    case .batchNorm, .relu, .leakyRelu, .tanh: break
    }
    shapes.append(shape)
  }
  return shapes
}

extension FeatureShape {
  /// More pixels on a side than any picture here has; bounds the arithmetic on shapes.
  package static let largestSide = 1 << 16
}

extension ConvolutionSpecification {
  /// Positions of the window along a side of `size`; nil where there is none.
  fileprivate func reduced(_ size: Int) -> Int? {
    let room = size + 2 * padding - kernel
    return room < 0 ? nil : room / stride + 1
  }

  /// The side that a transposed convolution makes of `size`; nil where nothing is left, or too much.
  fileprivate func enlarged(_ size: Int) -> Int? {
    let side = (size - 1) * stride - 2 * padding + kernel
    return 1...FeatureShape.largestSide ~= side ? side : nil
  }
}
