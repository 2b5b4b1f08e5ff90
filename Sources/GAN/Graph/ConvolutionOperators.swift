import Tensor

extension GraphOperator {
  static var convolutionOperators: [String: GraphOperator] {
    [
      "Conv": GraphOperator(["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"]) {
        operands throws(GraphProblem) in try convolved(operands)
      },
      "ConvTranspose": GraphOperator(
        ["auto_pad", "dilations", "group", "kernel_shape", "output_padding", "output_shape", "pads", "strides"]
      ) { operands throws(GraphProblem) in try transposedConvolved(operands) },
    ]
  }

  private enum AutomaticPadding: String, CaseIterable {
    case none = "NOTSET"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
    case valid = "VALID"
  }

  /// One side of a window.
  private struct WindowSide {
    let kernel: Int
    let stride: Int
    var before: Int
    var after: Int

    /// Cuts the pixels that are to be padding in two.
    mutating func pad(_ total: Int, isMoreBehind: Bool) {
      let (less, more) = (max(0, total) / 2, (max(0, total) + 1) / 2)
      (before, after) = isMoreBehind ? (less, more) : (more, less)
    }
  }

  private static func convolved(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let (values, shape) = try operands.floats(0).map()
    let weights = try operands.floats(1)
    var sides = try windowSides(operands, weights)
    guard weights.shape[1] == shape.channels else {
      throw GraphProblem("weights \(weights.shape) for \(shape.channels) channels", expected: "as many on axis 1")
    }
    let padding = try operands.choice(named: "auto_pad", default: AutomaticPadding.none)
    var outputs: [Int] = []
    for (axis, size) in [shape.height, shape.width].enumerated() {
      let (kernel, stride) = (sides[axis].kernel, sides[axis].stride)
      if padding == .sameUpper || padding == .sameLower {
        let total = ((size + stride - 1) / stride - 1) * stride + kernel - size
        sides[axis].pad(total, isMoreBehind: padding == .sameUpper)
      }
      let room = size + sides[axis].before + sides[axis].after - kernel
      guard room >= 0 else {
        throw GraphProblem("a window of \(kernel) on \(size) pixels", expected: "one that fits with its padding")
      }
      outputs.append(room / stride + 1)
    }
    let small = Shape(samples: 1, height: outputs[0], width: outputs[1], channels: weights.shape[0])
    return try run(
      operands, values, samples: shape.samples, weights, sides, large: shape, small: small, isTransposed: false)
  }

  private static func transposedConvolved(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let (values, shape) = try operands.floats(0).map()
    let weights = try operands.floats(1)
    var sides = try windowSides(operands, weights)
    guard weights.shape[0] == shape.channels else {
      throw GraphProblem("weights \(weights.shape) for \(shape.channels) channels", expected: "as many on axis 0")
    }
    let padding = try operands.choice(named: "auto_pad", default: AutomaticPadding.none)
    let behind = try pair(operands, "output_padding", 0..<FeatureShape.largestSide) ?? [0, 0]
    let wanted = try operands.integers(named: "output_shape").map { Array($0.suffix(2)) }
    var outputs: [Int] = []
    for (axis, size) in [shape.height, shape.width].enumerated() {
      let (kernel, stride) = (sides[axis].kernel, sides[axis].stride)
      let whole = stride * (size - 1) + kernel + behind[axis]
      if let wanted {
        guard wanted.count == 2 else { throw GraphProblem("output_shape \(wanted)", expected: "two sides") }
        guard 1...whole ~= wanted[axis] else {
          throw GraphProblem("output_shape \(wanted)", expected: "at most \(whole) pixels")
        }
        sides[axis].pad(whole - wanted[axis], isMoreBehind: padding == .sameUpper)
      } else if padding == .sameUpper || padding == .sameLower {
        sides[axis].pad(whole - stride * size, isMoreBehind: padding == .sameUpper)
      }
      outputs.append(whole - sides[axis].before - sides[axis].after)
    }
    guard outputs.allSatisfy({ 1...FeatureShape.largestSide ~= $0 }) else {
      throw GraphProblem("an output of \(outputs) pixels", expected: "from 1 to \(FeatureShape.largestSide) a side")
    }
    let large = Shape(samples: 1, height: outputs[0], width: outputs[1], channels: weights.shape[1])
    return try run(
      operands, values, samples: shape.samples, weights, sides, large: large, small: shape, isTransposed: true)
  }

  /// The window and its padding as the attributes have it.
  private static func windowSides(_ operands: GraphOperands, _ weights: FloatTensor) throws(GraphProblem)
    -> [WindowSide]
  {
    guard weights.shape.count == 4, weights.shape.allSatisfy({ $0 > 0 }) else {
      throw GraphProblem("weights of shape \(weights.shape)", expected: "those of two-dimensional windows")
    }
    try operands.require("group", 1)
    let most = FeatureShape.largestSide
    if let dilations = try pair(operands, "dilations", 1..<most), dilations != [1, 1] {
      throw operands.unsupported("dilations", "\(dilations)", "[1, 1]")
    }
    let kernel = Array(weights.shape[2...])
    if let given = try pair(operands, "kernel_shape", 1..<most), given != kernel {
      throw operands.unsupported("kernel_shape", "\(given)", "\(kernel), that of the weights")
    }
    let strides = try pair(operands, "strides", 1..<most) ?? [1, 1]
    let pads = try operands.integers(named: "pads") ?? [0, 0, 0, 0]
    guard pads.count == 4 else { throw operands.unsupported("pads", "\(pads)", "four numbers") }
    // Wider padding would only make pixels that see no picture.
    for (place, pad) in pads.enumerated() where !(0..<kernel[place % 2]).contains(pad) {
      throw operands.unsupported("pads", "\(pads)", "less than the window of \(kernel)")
    }
    return [0, 1].map { WindowSide(kernel: kernel[$0], stride: strides[$0], before: pads[$0], after: pads[$0 + 2]) }
  }

  private static func pair(
    _ operands: GraphOperands, _ name: String, _ range: Range<Int>
  ) throws(GraphProblem) -> [Int]? {
    guard let values = try operands.integers(named: name) else { return nil }
    guard values.count == 2, values.allSatisfy(range.contains) else {
      throw operands.unsupported(name, "\(values)", "two numbers from \(range.lowerBound) to \(range.upperBound - 1)")
    }
    return values
  }

  private static func run(
    _ operands: GraphOperands, _ values: [Float], samples: Int, _ weights: FloatTensor, _ sides: [WindowSide],
    large: Shape,
    small: Shape, isTransposed: Bool
  ) throws(GraphProblem) -> GraphValue {
    guard sides[0].stride == sides[1].stride else {
      throw operands.unsupported("strides", "\(sides.map(\.stride))", "equal ones")
    }
    let geometry = ConvolutionGeometry(
      large: large, small: small, kernel: (sides[0].kernel, sides[1].kernel), stride: sides[0].stride,
      top: sides[0].before, left: sides[1].before)
    let output = (isTransposed ? geometry.large : geometry.small).with(samples: samples)
    _ = try FloatTensor.count(of: [output.samples, output.height, output.width, output.channels])
    // What the engine works on beside its maps: a padded sample, and the patches of a row of pixels.
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
