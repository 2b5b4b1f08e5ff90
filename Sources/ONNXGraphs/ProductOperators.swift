import Numerics

extension GraphOperator {
  static var productOperators: [String: GraphOperator] {
    [
      "Gemm": GraphOperator { operands throws(GraphProblem) in
        try gemm(operands)
      },
      "MatMul": GraphOperator { operands throws(GraphProblem) in
        let left = try operands.floats(0).rowMajor
        let right = try operands.floats(1).rowMajor
        guard left.shape.count >= 2, right.shape.count == 2 else {
          throw GraphProblem(
            "shapes \(left.shape) and \(right.shape)", expected: "[…, rows, inner] and [inner, columns]")
        }
        let rows = left.shape.dropLast().reduce(1, *)
        let flat = RowMajor(shape: [rows, left.shape.last!], values: left.values)
        let product = try product(operands, flat, right, isTransposed: false)
        return .floats(
          FloatTensor(RowMajor(shape: left.shape.dropLast() + [right.shape[1]], values: product.values)))
      },
    ]
  }

  private static func gemm(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    var left = try operands.floats(0).rowMajor
    let right = try operands.floats(1).rowMajor
    guard left.shape.count == 2, right.shape.count == 2 else {
      throw GraphProblem("shapes \(left.shape) and \(right.shape)", expected: "two matrices")
    }
    if try operands.integer(named: "transA") ?? 0 != 0 { left = try transposed(left) }
    let isTransposed = try operands.integer(named: "transB") ?? 0 != 0
    var result = FloatTensor(try product(operands, left, right, isTransposed: isTransposed))
    let alpha = try operands.float(named: "alpha") ?? 1
    if alpha != 1 { for place in result.values.indices { result.values[place] *= alpha } }
    guard operands.optional(2) != nil else { return .floats(result) }
    var added = try operands.floats(2)
    let beta = try operands.float(named: "beta") ?? 1
    if beta != 1 { for place in added.values.indices { added.values[place] *= beta } }
    let sum = try broadcast(result, added) { $0 + $1 }
    guard sum.shape == result.shape else {
      throw GraphProblem("a third input of shape \(added.shape)", expected: "one that fits \(result.shape)")
    }
    return .floats(sum)
  }

  /// left · right, where `right` is [inner, columns], or [columns, inner] if `isTransposed`. Computed as a convolution
  /// over one pixel.
  private static func product(
    _ operands: GraphOperands, _ left: RowMajor<Float>, _ right: RowMajor<Float>, isTransposed: Bool
  ) throws(GraphProblem) -> RowMajor<Float> {
    let (inner, columns) = isTransposed ? (right.shape[1], right.shape[0]) : (right.shape[0], right.shape[1])
    guard left.shape[1] == inner, inner > 0, columns > 0 else {
      throw GraphProblem("matrices \(left.shape) and \(right.shape)", expected: "inner sizes that are equal")
    }
    let rows = left.shape[0]
    _ = try FloatTensor.count(of: [rows, columns])
    func pixel(_ channels: Int) -> Shape { Shape(samples: 1, height: 1, width: 1, channels: channels) }
    let geometry = ConvolutionGeometry(
      large: pixel(inner), small: pixel(columns), kernel: (1, 1), stride: 1, top: 0, left: 0)
    let matrix = isTransposed ? right : try transposed(right)
    let values = operands.context.convolve(
      left.values, geometry, isTransposed: false, samples: rows, node: operands.key, weights: matrix.values,
      isConstant: operands.areConstant[1])
    return RowMajor(shape: [rows, columns], values: values)
  }

  private static func transposed(_ matrix: RowMajor<Float>) throws(GraphProblem) -> RowMajor<Float> {
    try Rearrangement([(0..<matrix.shape[1]).map { $0 }, (0..<matrix.shape[0]).map { $0 * matrix.shape[1] }])(matrix)
  }
}
