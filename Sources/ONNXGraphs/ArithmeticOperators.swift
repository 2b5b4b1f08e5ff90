extension GraphOperator {
  static var arithmeticOperators: [String: GraphOperator] {
    [
      // Integers come from files: an overflow must not end the program.
      "Add": binary({ $0 + $1 }, { $0 &+ $1 }),
      "Sub": binary({ $0 - $1 }, { $0 &- $1 }),
      "Mul": binary({ $0 * $1 }, { $0 &* $1 }),
      "Div": GraphOperator { operands throws(GraphProblem) in
        if case .integers(let divisor) = try operands.value(1), divisor.values.contains(where: { $0 == 0 }) {
          throw GraphProblem("a division by 0", expected: "another divisor")
        }
        return try combined(operands, { $0 / $1 }, { $0.dividedReportingOverflow(by: $1).partialValue })
      },
      "ReduceMean": GraphOperator { operands throws(GraphProblem) in
        try mean(operands)
      },
    ]
  }

  private static func binary(
    _ floats: @escaping @Sendable (Float, Float) -> Float, _ integers: @escaping @Sendable (Int, Int) -> Int
  ) -> GraphOperator {
    GraphOperator { operands throws(GraphProblem) in try combined(operands, floats, integers) }
  }

  private static func combined(
    _ operands: GraphOperands, _ floats: (Float, Float) -> Float, _ integers: (Int, Int) -> Int
  ) throws(GraphProblem) -> GraphValue {
    switch (try operands.value(0), try operands.value(1)) {
    case (.integers(let left), .integers(let right)): return .integers(try broadcast(left, right, integers))
    case (.floats(let left), .floats(let right)): return .floats(try broadcast(left, right, floats))
    default: throw GraphProblem("integers and floating-point numbers together", expected: "numbers of one kind")
    }
  }

  /// Maps keep their order in memory if the other operand has the same shape, one number, or one number for each
  /// channel.
  static func broadcast(
    _ left: FloatTensor, _ right: FloatTensor, _ function: (Float, Float) -> Float
  ) throws(GraphProblem) -> FloatTensor {
    func mapped(_ tensor: FloatTensor, _ value: (Int) -> Float) -> FloatTensor {
      var result = tensor
      for place in result.values.indices { result.values[place] = value(place) }
      return result
    }
    if left.shape == right.shape, left.isChannelsLast == right.isChannelsLast {
      return mapped(left) { function(left.values[$0], right.values[$0]) }
    }
    if right.values.count == 1, right.shape.count <= left.shape.count {
      return mapped(left) { function(left.values[$0], right.values[0]) }
    }
    if left.values.count == 1, left.shape.count <= right.shape.count {
      return mapped(right) { function(left.values[0], right.values[$0]) }
    }
    if left.isChannelsLast, let channels = perChannel(right, of: left) {
      return mapped(left) { function(left.values[$0], right.values[$0 % channels]) }
    }
    if right.isChannelsLast, let channels = perChannel(left, of: right) {
      return mapped(right) { function(left.values[$0 % channels], right.values[$0]) }
    }
    return FloatTensor(try broadcast(left.rowMajor, right.rowMajor, function))
  }

  /// The number of channels of `map` if `tensor` has one number for each, [c, 1, 1] or [1, c, 1, 1]; else nil.
  private static func perChannel(_ tensor: FloatTensor, of map: FloatTensor) -> Int? {
    let channels = map.shape[1]
    let isOnePerChannel = tensor.shape == [channels, 1, 1] || tensor.shape == [1, channels, 1, 1]
    return isOnePerChannel ? channels : nil
  }

  private static func broadcast<Element>(
    _ left: RowMajor<Element>, _ right: RowMajor<Element>, _ function: (Element, Element) -> Element
  ) throws(GraphProblem) -> RowMajor<Element> {
    let shape = try broadcastShape(left.shape, right.shape)
    let spread = (
      try Rearrangement(spreading: left.shape, to: shape), try Rearrangement(spreading: right.shape, to: shape)
    )
    let (first, second) = (spread.0(left), spread.1(right))
    return RowMajor(shape: shape, values: zip(first.values, second.values).map(function))
  }

  /// The common shape by NumPy's rules, which ONNX uses: shapes are aligned at the last axis, and a size of 1 fits
  /// every other.
  static func broadcastShape(_ left: [Int], _ right: [Int]) throws(GraphProblem) -> [Int] {
    let rank = max(left.count, right.count)
    func side(_ shape: [Int], _ axis: Int) -> Int {
      let place = axis - (rank - shape.count)
      return place < 0 ? 1 : shape[place]
    }
    var shape: [Int] = []
    for axis in 0..<rank {
      let (a, b) = (side(left, axis), side(right, axis))
      guard a == b || a == 1 || b == 1 else {
        throw GraphProblem("shapes \(left) and \(right)", expected: "shapes that can be broadcast")
      }
      shape.append(a == 1 ? b : a)
    }
    return shape
  }

  private static func mean(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let tensor = try operands.floats(0).rowMajor
    let rank = tensor.shape.count
    let given = try operands.integers(1, orAttribute: "axes") ?? []
    if given.isEmpty, try operands.integer(named: "noop_with_empty_axes") ?? 0 != 0 { return try operands.value(0) }
    let axes = given.isEmpty ? Array(0..<rank) : try operands.axes(given, rank: rank)
    let kept = (0..<rank).map { axes.contains($0) ? 1 : tensor.shape[$0] }
    let rows = axes.reduce(1) { $0 * tensor.shape[$1] }
    guard rows > 0 else { throw GraphProblem("nothing to average in \(tensor.shape)", expected: "elements") }
    var sums = [Double](repeating: 0, count: kept.reduce(1, *))
    let places = try Rearrangement(spreading: kept, to: tensor.shape)(
      RowMajor(shape: kept, values: Array(sums.indices)))
    for (place, value) in zip(places.values, tensor.values) { sums[place] += Double(value) }
    let values = sums.map { Float($0 / Double(rows)) }
    let keepsAxes = try operands.integer(named: "keepdims") ?? 1 != 0
    let shape = keepsAxes ? kept : (0..<rank).filter { !axes.contains($0) }.map { tensor.shape[$0] }
    return .floats(FloatTensor(RowMajor(shape: shape, values: values)))
  }
}
