import GAN

extension GraphOperator {
  /// Operators that reorder, repeat, select or concatenate elements.
  static var selectionOperators: [String: GraphOperator] {
    [
      "Concat": GraphOperator { operands throws(GraphProblem) in try concatenated(operands) },
      "Expand": GraphOperator { operands throws(GraphProblem) in
        let value = try operands.value(0)
        let shape = try broadcastShape(value.shape, operands.integers(1))
        return try Rearrangement(spreading: value.shape, to: shape)(value)
      },
      "Gather": GraphOperator { operands throws(GraphProblem) in try gathered(operands) },
      "Pad": GraphOperator { operands throws(GraphProblem) in try padded(operands) },
      "Slice": GraphOperator { operands throws(GraphProblem) in try sliced(operands) },
      "Transpose": GraphOperator { operands throws(GraphProblem) in
        let value = try operands.value(0)
        let rank = value.shape.count
        let order = try operands.integers(named: "perm") ?? (0..<rank).reversed()
        guard order.sorted() == Array(0..<rank) else {
          throw operands.unsupported("perm", "\(order)", "a permutation of \(rank) axes")
        }
        let strides = rowMajorStrides(of: value.shape)
        return try Rearrangement(order.map { axis in (0..<value.shape[axis]).map { $0 * strides[axis] } })(value)
      },
    ]
  }

  private static func gathered(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let value = try operands.value(0)
    let axis = try operands.axis(operands.integer(named: "axis") ?? 0, rank: value.shape.count)
    let size = value.shape[axis]
    let indices = try operands.integers(1)
    for index in indices where !(-size..<size).contains(index) {
      throw GraphProblem(
        "index \(index) on axis \(axis) of \(value.shape)", expected: "one from \(-size) to \(size - 1)")
    }
    var places = [[Int]?](repeating: nil, count: value.shape.count)
    places[axis] = indices.map { $0 < 0 ? $0 + size : $0 }
    let chosen = try Rearrangement(value.shape, places: places)(value)
    let shape = value.shape[..<axis] + (try operands.value(1).shape) + value.shape[(axis + 1)...]
    return chosen.reshaped(to: Array(shape))
  }

  private static func sliced(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let value = try operands.value(0)
    guard let starts = try operands.integers(1, orAttribute: "starts"),
      let ends = try operands.integers(2, orAttribute: "ends")
    else { throw GraphProblem("no starts or ends", expected: "both") }
    let given = try operands.integers(3, orAttribute: "axes") ?? Array(starts.indices)
    let axes = try operands.axes(given, rank: value.shape.count)
    let steps = operands.optional(4) == nil ? axes.map { _ in 1 } : try operands.integers(4)
    guard axes.count == starts.count, axes.count == ends.count, axes.count == steps.count, !steps.contains(0) else {
      throw GraphProblem(
        "starts \(starts), ends \(ends), axes \(given), steps \(steps)", expected: "one of each, and no step of 0")
    }
    var places = [[Int]?](repeating: nil, count: value.shape.count)
    for (place, axis) in axes.enumerated() {
      let (size, step) = (value.shape[axis], steps[place])
      func bound(_ number: Int, _ low: Int, _ high: Int) -> Int {
        max(low, min(high, number < 0 ? max(-size - 1, number) + size : number))
      }
      let isForward = step > 0
      let start = bound(starts[place], 0, isForward ? size : size - 1)
      let end = bound(ends[place], isForward ? 0 : -1, size)
      // Limited to one more than the axis, so that the stride cannot overflow.
      places[axis] = Array(stride(from: start, to: end, by: max(-size - 1, min(size + 1, step))))
    }
    return try Rearrangement(value.shape, places: places)(value)
  }

  private enum PadMode: String, CaseIterable {
    case constant, edge, reflect
  }

  private static func padded(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let value = try operands.value(0)
    let rank = value.shape.count
    let mode = try operands.choice(named: "mode", default: PadMode.constant)
    let pads = try operands.integers(1, orAttribute: "pads") ?? []
    var axes = Array(0..<rank)
    if operands.optional(3) != nil { axes = try operands.axes(operands.integers(3), rank: rank) }
    guard pads.count == 2 * axes.count, pads.allSatisfy({ abs($0.clamped) <= FeatureShape.largestSide }) else {
      throw GraphProblem("padding \(pads)", expected: "two numbers for each of \(axes.count) axes")
    }
    guard mode == .constant || pads.allSatisfy({ $0 >= 0 }) else {
      throw GraphProblem("padding \(pads) in mode \(mode)", expected: "none below 0, or mode constant")
    }
    var places = [[Int]?](repeating: nil, count: rank)
    for (place, axis) in axes.enumerated() {
      let size = value.shape[axis]
      let (before, after) = (pads[place], pads[place + axes.count])
      guard size + before + after >= 0, mode == .constant || size > 0, mode != .reflect || max(before, after) < size
      else { throw GraphProblem("padding \(pads) of \(value.shape)", expected: "elements to keep and repeat") }
      places[axis] = (-before..<size + after).map { index in
        switch mode {
        case .constant: (0..<size).contains(index) ? index : -1
        case .edge: max(0, min(size - 1, index))
        case .reflect: index < 0 ? -index : index < size ? index : 2 * (size - 1) - index
        }
      }
    }
    let filler = mode == .constant ? try operands.number(2, orAttribute: "value") ?? 0 : 0
    return try Rearrangement(value.shape, places: places)(value, filler: filler)
  }

  private static func concatenated(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let first = try operands.value(0)
    guard let given = try operands.integer(named: "axis") else {
      throw GraphProblem("no attribute axis", expected: "the axis to join")
    }
    let axis = try operands.axis(given, rank: first.shape.count)
    var floats: [RowMajor<Float>] = []
    var integers: [RowMajor<Int>] = []
    for index in operands.inputs.indices {
      let value = try operands.value(index)
      var shape = value.shape
      if shape.count == first.shape.count { shape[axis] = first.shape[axis] }
      guard shape == first.shape else {
        throw GraphProblem(
          "shapes \(first.shape) and \(value.shape)", expected: "shapes that differ on axis \(axis) alone")
      }
      switch value {
      case .floats(let tensor): floats.append(tensor.rowMajor)
      case .integers(let tensor): integers.append(tensor)
      }
    }
    if integers.isEmpty { return .floats(FloatTensor(try joined(floats, axis))) }
    guard floats.isEmpty else {
      throw GraphProblem("integers and floating-point numbers together", expected: "numbers of one kind")
    }
    return .integers(try joined(integers, axis))
  }

  private static func joined<Element>(_ parts: [RowMajor<Element>], _ axis: Int) throws(GraphProblem) -> RowMajor<
    Element
  > {
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    _ = try FloatTensor.count(of: shape)
    var values: [Element] = []
    for row in 0..<shape[..<axis].reduce(1, *) {
      for part in parts {
        let count = part.shape[axis...].reduce(1, *)
        values += part.values[row * count..<(row + 1) * count]
      }
    }
    return RowMajor(shape: shape, values: values)
  }
}

extension Int {
  /// At least −Int.max, so that its magnitude can be represented.
  fileprivate var clamped: Int { Swift.max(-Int.max, self) }
}
