import GAN
import Numerics

extension GraphOperator {
  static var resizeOperators: [String: GraphOperator] {
    [
      "Resize": GraphOperator { operands throws(GraphProblem) in try resized(operands) },
      "Upsample": GraphOperator { operands throws(GraphProblem) in
        let scales = try operands.floats(1).values
        guard scales.allSatisfy({ $0 >= 1 }) else { throw GraphProblem("scales \(scales)", expected: "none below 1") }
        let rule = ResizingRule(try operands.choice(named: "mode", default: .nearest), .asymmetric, .floor)
        return try resized(operands, try operands.floats(0).map(), rule, scales: scales, sizes: nil)
      },
    ]
  }

  private static func resized(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let (values, shape) = try operands.floats(0).map()
    let mode = try operands.choice(named: "mode", default: ResizingRule.Mode.nearest)
    if operands.opset < 11 {
      let scales = try operands.floats(1).values
      guard mode != .nearest || scales.allSatisfy({ $0 >= 1 }) else {
        throw GraphProblem(
          "scales \(scales) in mode nearest at opset \(operands.opset)",
          expected: "none below 1, or opset 11, which "
            + "states the rounding")
      }
      return try resized(operands, (values, shape), .init(mode, .asymmetric, .floor), scales: scales, sizes: nil)
    }
    try operands.require("antialias", 0)
    try operands.require("exclude_outside", 0)
    if let policy = try operands.string(named: "keep_aspect_ratio_policy"), policy != "stretch" {
      throw operands.unsupported("keep_aspect_ratio_policy", policy, "stretch")
    }
    let rule = ResizingRule(
      mode, try operands.choice(named: "coordinate_transformation_mode", default: .halfPixel),
      try operands.choice(named: "nearest_mode", default: .roundPreferFloor))
    // Exporters omit an input by an empty name or an empty tensor.
    let sizes = operands.optional(3)?.shape == [0] || operands.optional(3) == nil ? nil : try operands.integers(3)
    let scales = operands.optional(2) == nil ? [] : try operands.floats(2).values
    let axes = try operands.integers(named: "axes").map { axes throws(GraphProblem) in
      try operands.axes(axes, rank: 4)
    }
    if let axes, axes.count != sizes?.count ?? scales.count {
      throw operands.unsupported("axes", "\(axes)", "one for each of the scales or sizes")
    }
    return try resized(
      operands, (values, shape), rule, scales: spread(scales, over: axes, elsewhere: 1),
      sizes: sizes.map { spread($0, over: axes, elsewhere: nil) })
  }

  /// Expands numbers for `axes` to numbers for all four axes.
  private static func spread<Number>(_ numbers: [Number], over axes: [Int]?, elsewhere: Number?) -> [Number?] {
    guard let axes, axes.count == numbers.count else { return numbers }
    var all = [Number?](repeating: elsewhere, count: 4)
    for (axis, number) in zip(axes, numbers) { all[axis] = number }
    return all
  }

  private static func resized(
    _ operands: GraphOperands, _ input: (values: [Float], shape: Shape), _ rule: ResizingRule, scales: [Float?],
    sizes: [Int?]?
  ) throws(GraphProblem) -> GraphValue {
    let shape = input.shape
    let sides = [shape.samples, shape.channels, shape.height, shape.width]
    guard scales.count == 4 && sizes == nil || scales.isEmpty && sizes?.count == 4 else {
      throw GraphProblem("\(scales.count) scales, \(sizes?.count ?? 0) sizes", expected: "one for each of four axes")
    }
    var rules: [[ResizingRule.Neighbours]] = []
    for (axis, side) in sides.enumerated() {
      let size = sizes.map { $0[axis] ?? side }
      let scale = scales.isEmpty ? Float(size ?? side) / Float(side) : scales[axis] ?? 1
      guard scale.isFinite, scale > 0, scale * Float(side) < Float(FeatureShape.largestSide) else {
        throw GraphProblem("a scale of \(scale)", expected: "sides below \(FeatureShape.largestSide)")
      }
      let target = size ?? Int((Float(side) * scale).rounded(.down))
      guard axis > 1 || target == side else {
        throw GraphProblem("a scale of \(scale) on axis \(axis)", expected: "1: only maps are resized")
      }
      guard target > 0 else { throw GraphProblem("a side of \(target)", expected: "at least 1") }
      if axis > 1 { rules.append(rule.neighbours(side, target, scale: scale)) }
    }
    let (rows, columns) = (rules[0], rules[1])
    let output = Shape(
      samples: shape.samples, height: rows.count, width: columns.count, channels: shape.channels)
    let count = try FloatTensor.count(of: [output.samples, output.height, output.width, output.channels])
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = count
      guard count > 0 else { return }
      nonisolated(unsafe) let target = buffer.baseAddress!
      input.values.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let source = source.baseAddress!
        operands.context.threads.forEach(shape.samples) { sample, _ in
          resize(
            source + sample * shape.sampleCount, shape, to: target + sample * output.sampleCount, rows, columns)
        }
      }
    }
    return .floats(FloatTensor(channelsLast: values, output))
  }

  private static func resize(
    _ source: UnsafePointer<Float>, _ shape: Shape, to target: Floats, _ rows: [ResizingRule.Neighbours],
    _ columns: [ResizingRule.Neighbours]
  ) {
    let channels = shape.channels
    var pixel = target
    for row in rows {
      for column in columns {
        func corner(_ y: Int, _ x: Int) -> UnsafePointer<Float> { source + (y * shape.width + x) * channels }
        let (upperLeft, upperRight) = (corner(row.first, column.first), corner(row.first, column.second))
        let (lowerLeft, lowerRight) = (corner(row.second, column.first), corner(row.second, column.second))
        for channel in 0..<channels {
          let above = upperLeft[channel] * (1 - column.distance) + upperRight[channel] * column.distance
          let below = lowerLeft[channel] * (1 - column.distance) + lowerRight[channel] * column.distance
          pixel[channel] = above * (1 - row.distance) + below * row.distance
        }
        pixel += channels
      }
    }
  }
}
