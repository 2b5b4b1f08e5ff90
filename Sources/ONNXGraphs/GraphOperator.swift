import ModelFiles

/// An operator of ONNX that can be computed, with the attributes that it understands.
///
/// Meaning of all: https://onnx.ai/onnx/operators.
struct GraphOperator: Sendable {
  let attributes: Set<String>
  /// The values of the node's outputs, in order; those after the first where they are made at all.
  let compute: @Sendable (GraphOperands) throws(GraphProblem) -> [GraphValue]

  init(
    _ attributes: Set<String> = [], _ compute: @escaping @Sendable (GraphOperands) throws(GraphProblem) -> GraphValue
  ) {
    self.attributes = attributes
    self.compute = { operands throws(GraphProblem) in [try compute(operands)] }
  }

  /// By name, those of ONNX's own domain.
  static let all: [String: GraphOperator] = [
    activationOperators, arithmeticOperators, convolutionOperators, normalizationOperators, poolingOperators,
    productOperators, resizeOperators, selectionOperators, shapeOperators,
  ].reduce(into: [:]) { $0.merge($1) { _, _ in preconditionFailure("an operator is defined once") } }

  /// The operator of a node.
  static func of(_ node: ONNXNode) throws(GraphProblem) -> GraphOperator {
    guard node.domain.isEmpty, let found = all[node.operation] else {
      throw GraphProblem(
        "an operator that disttrain does not have", expected: "one of \(all.keys.sorted().joined(separator: ", "))")
    }
    for name in node.attributes.keys.sorted() where !found.attributes.contains(name) {
      let known = found.attributes.isEmpty ? "none" : found.attributes.sorted().joined(separator: ", ")
      throw GraphProblem("an attribute \(name) that disttrain does not have", expected: known)
    }
    return found
  }
}
