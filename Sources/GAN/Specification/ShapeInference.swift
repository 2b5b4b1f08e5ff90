/// The size of one sample between two layers.
package struct FeatureShape: Hashable, Sendable, CustomStringConvertible {
  package var channels: Int
  package var height: Int
  package var width: Int

  /// The most pixels on a side; bounds the arithmetic on shapes.
  package static let largestSide = 1 << 16

  package init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Elements of a sample.
  package var count: Int { channels * height * width }
  package var isVector: Bool { height == 1 && width == 1 }
  package var isSquare: Bool { height == width }

  /// Channels, height, width, as PyTorch orders them.
  package var description: String { "\(channels)×\(height)×\(width)" }
}

/// A layer that does not fit its input.
package struct ShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Index in the list, from 0.
  package let layer: Int
  /// The layer's input.
  package let input: FeatureShape
  package let problem: String

  package var description: String { "layer \(layer), which gets \(input): \(problem)" }
}

/// The shape after each layer; sizes follow PyTorch's formulas, dilation 1.
package func inferredShapes(
  of layers: [LayerSpecification], from input: FeatureShape
) throws(ShapeError) -> [FeatureShape] {
  var shapes: [FeatureShape] = []
  var shape = input
  for (index, layer) in layers.enumerated() {
    if case .branch(let start) = layer {
      guard start + 1 < index, index + 1 < layers.count, !layers[index - 1].isBranch, !layers[start].isBranch else {
        throw ShapeError(
          layer: index, input: shape,
          problem: "a branch stands behind the last layer of an output and before another layer, and starts from an "
            + "earlier layer than the one before it, counting from 0; found from: \(start)")
      }
      shape = shapes[start]
    } else {
      do { shape = try layer.output(of: shape) } catch {
        throw ShapeError(layer: index, input: shape, problem: error.text)
      }
    }
    shapes.append(shape)
  }
  return shapes
}

/// The shape of each output of a network: one before each branch, and the last.
package func outputShapes(
  of layers: [LayerSpecification], from input: FeatureShape
) throws(ShapeError) -> [FeatureShape] {
  let shapes = try inferredShapes(of: layers, from: input)
  return layers.indices.filter { $0 + 1 == layers.count || layers[$0 + 1].isBranch }.map { shapes[$0] }
}

/// The reason why a layer does not fit its input.
private struct Misfit: Error {
  package let text: String
}

extension LayerSpecification {
  fileprivate func output(of input: FeatureShape) throws(Misfit) -> FeatureShape {
    switch self {
    case .dense(let units, _, _):
      guard input.isVector else { throw Misfit(text: "dense takes a vector; put a flatten before it") }
      return FeatureShape(channels: units, height: 1, width: 1)
    case .reshape(let shape):
      guard shape.count == input.count else {
        throw Misfit(text: "\(input.count) numbers cannot become \(shape), which has \(shape.count)")
      }
      return shape
    case .flatten: return FeatureShape(channels: input.count, height: 1, width: 1)
    case .convolution(let window):
      guard let height = window.reduced(input.height), let width = window.reduced(input.width) else {
        throw Misfit(
          text: "its padding of \(window.padding) leaves no room for a window of \(window.kernel)×\(window.kernel)")
      }
      return FeatureShape(channels: window.channels, height: height, width: width)
    case .transposedConvolution(let window):
      guard let height = window.enlarged(input.height), let width = window.enlarged(input.width) else {
        throw Misfit(
          text: "kernel \(window.kernel), stride \(window.stride) and padding \(window.padding) leave no pixel within "
            + "\(FeatureShape.largestSide)")
      }
      return FeatureShape(channels: window.channels, height: height, width: width)
    case .upsample(let scale, _):
      let largest = FeatureShape.largestSide
      guard max(input.height, input.width) <= largest / scale else {
        throw Misfit(text: "it makes over \(largest) pixels a side")
      }
      return FeatureShape(channels: input.channels, height: scale * input.height, width: scale * input.width)
    case .batchNorm, .dropout, .relu, .leakyRelu, .tanh, .branch: return input
    }
  }

  package var isBranch: Bool {
    if case .branch = self { true } else { false }
  }
}
