import ModelFiles

/// A supported ONNX operator; `OperatorVersion` has its inputs, outputs and attributes at each opset.
///
/// Definitions: https://onnx.ai/onnx/operators.
struct GraphOperator: Sendable {
  /// Computes the node's outputs, in order. Not all outputs after the first are supported.
  let compute: @Sendable (GraphOperands) throws(GraphProblem) -> [GraphValue]

  init(_ compute: @escaping @Sendable (GraphOperands) throws(GraphProblem) -> GraphValue) {
    self.compute = { operands throws(GraphProblem) in [try compute(operands)] }
  }

  /// All operators by name, in ONNX's own domain.
  static let all: [String: GraphOperator] = [
    activationOperators, arithmeticOperators, convolutionOperators, normalizationOperators, poolingOperators,
    productOperators, resizeOperators, selectionOperators, shapeOperators,
  ].reduce(into: [:]) { $0.merge($1) { _, _ in preconditionFailure("an operator is defined once") } }

  /// The operator of a node, which must be a node of its version at `opset`.
  static func of(_ node: ONNXNode, opset: Int) throws(GraphProblem) -> GraphOperator {
    guard node.domain.isEmpty, let found = all[node.operation] else {
      throw GraphProblem(
        "an unsupported operator", expected: "one of \(all.keys.sorted().joined(separator: ", "))")
    }
    guard let version = OperatorVersion.of(node.operation, opset: opset) else {
      throw GraphProblem("an operator that opset \(opset) does not have", expected: "a later opset")
    }
    try version.check(node, opset: opset)
    return found
  }
}
