extension GraphOperator {
  /// Operators that compute or change shapes.
  static var shapeOperators: [String: GraphOperator] {
    [
      "Cast": GraphOperator { operands throws(GraphProblem) in try cast(operands) },
      "Constant": GraphOperator {
        operands throws(GraphProblem) in try constant(operands)
      },
      "ConstantOfShape": GraphOperator { operands throws(GraphProblem) in
        let shape = try operands.integers(0)
        let value =
          try operands.tensor(named: "value").map(GraphValue.init)
          ?? .floats(FloatTensor(RowMajor(shape: [1], values: [0])))
        guard value.shape.reduce(1, *) == 1 else {
          throw GraphProblem("a value of shape \(value.shape)", expected: "one number")
        }
        return try Rearrangement(spreading: [], to: shape)(value.reshaped(to: []))
      },
      "Dropout": GraphOperator { operands throws(GraphProblem) in
        // Before opset 12 there is no training mode; the mask alone does not change the result.
        if operands.optional(2) != nil, try operands.integers(2).first != 0 {
          throw GraphProblem("training mode", expected: "an export for inference: torch.onnx.export after model.eval()")
        }
        return try operands.value(0)
      },
      "Flatten": GraphOperator { operands throws(GraphProblem) in
        let value = try operands.value(0)
        let given = try operands.integer(named: "axis") ?? 1
        let rank = value.shape.count
        let axis = given == rank ? rank : try operands.axis(given, rank: rank)
        return value.reshaped(to: [value.shape[..<axis].reduce(1, *), value.shape[axis...].reduce(1, *)])
      },
      "Identity": GraphOperator { operands throws(GraphProblem) in try operands.value(0) },
      "Reshape": GraphOperator { operands throws(GraphProblem) in try reshape(operands) },
      "Shape": GraphOperator { operands throws(GraphProblem) in
        let shape = try operands.value(0).shape
        func bound(_ name: String, _ standard: Int) throws(GraphProblem) -> Int {
          guard let given = try operands.integer(named: name) else { return standard }
          return max(0, min(shape.count, given < 0 ? max(-shape.count, given) + shape.count : given))
        }
        let (start, end) = (try bound("start", 0), try bound("end", shape.count))
        let sizes = Array(shape[start..<max(start, end)])
        return .integers(RowMajor(shape: [sizes.count], values: sizes))
      },
      "Squeeze": GraphOperator { operands throws(GraphProblem) in
        let value = try operands.value(0)
        let rank = value.shape.count
        let given = try operands.integers(1, orAttribute: "axes")
        // Programs differ in whether that means all axes of size 1, or none.
        if given?.isEmpty == true { throw GraphProblem("an empty list of axes", expected: "axes, or no such list") }
        let axes = try given.map { given throws(GraphProblem) in try operands.axes(given, rank: rank) }
        for axis in axes ?? [] where value.shape[axis] != 1 {
          throw GraphProblem("a shape of \(value.shape)", expected: "1 on axis \(axis)")
        }
        let dropped = axes ?? (0..<rank).filter { value.shape[$0] == 1 }
        return value.reshaped(to: (0..<rank).filter { !dropped.contains($0) }.map { value.shape[$0] })
      },
      "Unsqueeze": GraphOperator { operands throws(GraphProblem) in
        let value = try operands.value(0)
        guard let given = try operands.integers(1, orAttribute: "axes"), given.count <= 8 else {
          throw GraphProblem("no axes, or over 8", expected: "up to 8 axes of the result")
        }
        let rank = value.shape.count + given.count
        let axes = try operands.axes(given, rank: rank)
        var sides = value.shape.makeIterator()
        return value.reshaped(to: (0..<rank).map { axes.contains($0) ? 1 : sides.next()! })
      },
    ]
  }

  private static func cast(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    // Types are numbers of TensorProto.DataType.
    switch (try operands.value(0), try operands.integer(named: "to") ?? 0) {
    case (.floats(let tensor), 1), (.floats(let tensor), 11): return .floats(tensor)
    case (.integers(let tensor), 1), (.integers(let tensor), 11):
      return .floats(FloatTensor(RowMajor(shape: tensor.shape, values: tensor.values.map { Float($0) })))
    case (.integers(let tensor), 6), (.integers(let tensor), 7): return .integers(tensor)
    case (.floats(let tensor), 6), (.floats(let tensor), 7):
      let numbers = tensor.rowMajor
      var values: [Int] = []
      for value in numbers.values {
        guard let number = Int(exactly: value.rounded(.towardZero)) else {
          throw GraphProblem("\(value)", expected: "a number that fits a 64-bit integer")
        }
        values.append(number)
      }
      return .integers(RowMajor(shape: numbers.shape, values: values))
    case (_, let type):
      throw operands.unsupported("to", "\(type)", "1 (float32), 6 (int32), 7 (int64) or 11 (float64)")
    }
  }

  private static func constant(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    guard operands.node.attributes.count == 1 else {
      throw GraphProblem("\(operands.node.attributes.count) values", expected: "one")
    }
    switch operands.node.attributes.values.first {
    case .tensor(let tensor): return GraphValue(tensor)
    case .float(let value): return .floats(FloatTensor(RowMajor(shape: [], values: [value])))
    case .floats(let values): return .floats(FloatTensor(RowMajor(shape: [values.count], values: values)))
    case .integer(let value): return .integers(RowMajor(shape: [], values: [value]))
    case .integers(let values): return .integers(RowMajor(shape: [values.count], values: values))
    default: throw GraphProblem("no numbers", expected: "a constant")
    }
  }

  private static func reshape(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let value = try operands.value(0)
    let wanted = try operands.integers(1)
    let copiesZeros = try operands.integer(named: "allowzero") ?? 0 == 0
    var shape: [Int] = []
    for (axis, size) in wanted.enumerated() {
      guard size >= -1, size != 0 || !copiesZeros || axis < value.shape.count else {
        throw GraphProblem("the shape \(wanted)", expected: "one for \(value.shape)")
      }
      shape.append(size == 0 && copiesZeros ? value.shape[axis] : size)
    }
    let count = value.shape.reduce(1, *)
    if let open = shape.firstIndex(of: -1) {
      shape[open] = 1
      let rest = try FloatTensor.count(of: shape)
      guard rest > 0, count % rest == 0 else {
        throw GraphProblem("\(value.shape) to become \(wanted)", expected: "as many elements")
      }
      shape[open] = count / rest
    }
    guard try FloatTensor.count(of: shape) == count else {
      throw GraphProblem("\(value.shape) to become \(wanted)", expected: "as many elements")
    }
    return shape == value.shape ? value : value.reshaped(to: shape)
  }
}
