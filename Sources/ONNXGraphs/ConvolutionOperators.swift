import GAN
import Numerics

extension GraphOperator {
  static var convolutionOperators: [String: GraphOperator] {
    [
      "Conv": GraphOperator {
        operands throws(GraphProblem) in try convolved(operands)
      },
      "ConvTranspose": GraphOperator { operands throws(GraphProblem) in try transposedConvolved(operands) },
    ]
  }

  private static func convolved(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let (values, shape) = try operands.floats(0).map()
    let weights = try weights(operands, inputs: shape.channels, axis: 1)
    var sides = try GraphWindow.sides(operands, kernel: Array(weights.shape[2...]))
    let height = try sides[0].reduce(shape.height, operands)
    let width = try sides[1].reduce(shape.width, operands)
    let small = Shape(samples: 1, height: height, width: width, channels: weights.shape[0])
    return try run(
      operands, values, samples: shape.samples, weights, sides, large: shape, small: small, isTransposed: false)
  }

  private static func transposedConvolved(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let (values, shape) = try operands.floats(0).map()
    let weights = try weights(operands, inputs: shape.channels, axis: 0)
    var sides = try GraphWindow.sides(operands, kernel: Array(weights.shape[2...]))
    let behind = try operands.pair("output_padding", 0..<FeatureShape.largestSide) ?? [0, 0]
    let wanted = try operands.integers(named: "output_shape").map { Array($0.suffix(2)) }
    if let wanted, wanted.count != 2 { throw operands.unsupported("output_shape", "\(wanted)", "two sides") }
    let height = try sides[0].enlarge(shape.height, behind: behind[0], wanted: wanted?[0], operands)
    let width = try sides[1].enlarge(shape.width, behind: behind[1], wanted: wanted?[1], operands)
    let large = Shape(samples: 1, height: height, width: width, channels: weights.shape[1])
    return try run(
      operands, values, samples: shape.samples, weights, sides, large: large, small: shape, isTransposed: true)
  }

  /// The weights of a two-dimensional convolution; `axis` is that of the input's channels.
  private static func weights(_ operands: GraphOperands, inputs: Int, axis: Int) throws(GraphProblem) -> FloatTensor {
    let weights = try operands.floats(1)
    guard weights.shape.count == 4, weights.shape.allSatisfy({ $0 > 0 }) else {
      throw GraphProblem("weights of shape \(weights.shape)", expected: "those of two-dimensional windows")
    }
    try operands.require("group", 1)
    guard weights.shape[axis] == inputs else {
      throw GraphProblem("weights \(weights.shape) for \(inputs) channels", expected: "as many on axis \(axis)")
    }
    return weights
  }

  private static func run(
    _ operands: GraphOperands, _ values: [Float], samples: Int, _ weights: FloatTensor, _ sides: [GraphWindow],
    large: Shape, small: Shape, isTransposed: Bool
  ) throws(GraphProblem) -> GraphValue {
    guard sides[0].stride == sides[1].stride else {
      throw operands.unsupported("strides", "\(sides.map(\.stride))", "equal ones")
    }
    let geometry = ConvolutionGeometry(
      large: large, small: small, kernel: (sides[0].kernel, sides[1].kernel), stride: sides[0].stride,
      top: sides[0].before, left: sides[1].before)
    let output = (isTransposed ? geometry.large : geometry.small).with(samples: samples)
    _ = try FloatTensor.count(of: [output.samples, output.height, output.width, output.channels])
    // The memory besides the maps: a padded sample, and the patches of a row of pixels.
    _ = try FloatTensor.count(
      of: [large.height + 2 * geometry.kernelHeight, large.width + 2 * geometry.kernelWidth, large.channels])
    _ = try FloatTensor.count(of: [max(64, small.width), geometry.patch])
    var results = operands.context.convolve(
      values, geometry, isTransposed: isTransposed, samples: samples, node: operands.key,
      weights: weights.rowMajor.values, isConstant: operands.areConstant[1])
    if operands.optional(2) != nil {
      let bias = try operands.floats(2)
      guard bias.shape == [output.channels] else {
        throw GraphProblem("a bias of shape \(bias.shape)", expected: "[\(output.channels)]")
      }
      operands.context.add(bias.values, to: &results, output)
    }
    return .floats(FloatTensor(channelsLast: results, output))
  }
}
