import ModelFiles

/// A supported ONNX operator, with its supported attributes.
///
/// Definitions: https://onnx.ai/onnx/operators.
struct GraphOperator: Sendable {
  let attributes: Set<String>
  /// Computes the node's outputs, in order. Not all outputs after the first are supported.
  let compute: @Sendable (GraphOperands) throws(GraphProblem) -> [GraphValue]

  init(
    _ attributes: Set<String> = [], _ compute: @escaping @Sendable (GraphOperands) throws(GraphProblem) -> GraphValue
  ) {
    self.attributes = attributes
    self.compute = { operands throws(GraphProblem) in [try compute(operands)] }
  }

  /// All operators by name, in ONNX's own domain.
  static let all: [String: GraphOperator] = [
    activationOperators, arithmeticOperators, convolutionOperators, normalizationOperators, poolingOperators,
    productOperators, resizeOperators, selectionOperators, shapeOperators,
  ].reduce(into: [:]) { $0.merge($1) { _, _ in preconditionFailure("an operator is defined once") } }

  /// The operator of a node.
  static func of(_ node: ONNXNode) throws(GraphProblem) -> GraphOperator {
    guard node.domain.isEmpty, let found = all[node.operation] else {
      throw GraphProblem(
        "an unsupported operator", expected: "one of \(all.keys.sorted().joined(separator: ", "))")
    }
    for name in node.attributes.keys.sorted() where !found.attributes.contains(name) {
      let known = found.attributes.isEmpty ? "none" : found.attributes.sorted().joined(separator: ", ")
      throw GraphProblem("an unsupported attribute \(name)", expected: known)
    }
    return found
  }
}
