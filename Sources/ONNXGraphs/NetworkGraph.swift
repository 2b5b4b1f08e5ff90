import Files
import ModelFiles
import Numerics

/// A runnable network from an ONNX file. Nodes that depend on constants alone are computed once, at initialization.
package final class NetworkGraph {
  package let model: ONNXModel
  private let path: String
  private let context: GraphContext
  /// The most elements of all values at any time.
  private static let mostElements = 1 << 29

  /// The nodes that are computed in each run.
  private var steps: [Step] = []
  private var constants: [String: GraphValue] = [:]

  private struct Step {
    let index: Int
    let node: ONNXNode
    let compute: GraphOperator
    /// Inputs that no later node uses.
    var lastUses: Set<String> = []
  }

  /// - Parameter path: of the file of `model`, for errors.
  package init(_ model: ONNXModel, path: String, context: ComputeContext) throws(FileError) {
    self.model = model
    self.path = path
    self.context = GraphContext(context)
    for constant in model.constants { constants[constant.name] = GraphValue(constant.tensor) }
    try plan()
  }

  /// Runs the graph on `values`, [samples, …] in row-major order.
  ///
  /// - Parameters:
  ///   - input: name of the graph's only input.
  ///   - output: name of the wanted value.
  /// - Returns: its values and shape. The values of a map have channels last, others are in row-major order.
  package func run(
    _ values: [Float], shape: [Int], input: String, output: String
  ) throws(FileError) -> (values: [Float], shape: [Int]) {
    var known: [String: GraphValue] = [input: .floats(FloatTensor(RowMajor(shape: shape, values: values)))]
    for step in steps {
      let results = try compute(step, known)
      for name in step.lastUses where name != output { known[name] = nil }
      for (name, result) in zip(step.node.outputs, results) where !name.isEmpty { known[name] = result }
      try checkMemory(known, step.node)
    }
    guard case .floats(let tensor)? = known[output] ?? constants[output] else {
      throw .unsuitable(
        path: path, found: "output \(output.debugDescription) of integers", expected: "floating-point numbers")
    }
    guard tensor.shape.count == 4 else { return (tensor.rowMajor.values, tensor.shape) }
    do throws(GraphProblem) { return (try tensor.map().values, tensor.shape) } catch {
      throw .unsuitable(path: path, found: error.found, expected: error.expected)
    }
  }

  /// Checks names and operators, and computes the nodes that do not depend on an input.
  private func plan() throws(FileError) {
    var made = Set(model.inputs.map(\.name))
    for (index, node) in model.nodes.enumerated() {
      let step: Step
      do throws(GraphProblem) {
        step = Step(index: index, node: node, compute: try GraphOperator.of(node, opset: model.opset))
        for name in node.inputs where !name.isEmpty && constants[name] == nil && !made.contains(name) {
          throw GraphProblem(
            "input \(name.debugDescription), which no node before it makes",
            expected: "a graph without cycles, its nodes in order")
        }
        for name in node.outputs where !name.isEmpty && (constants[name] != nil || made.contains(name)) {
          throw GraphProblem("output \(name.debugDescription), which exists already", expected: "a new name")
        }
      } catch { throw failure(node, error) }
      if node.inputs.allSatisfy({ $0.isEmpty || constants[$0] != nil }) {
        for (name, result) in zip(node.outputs, try compute(step, [:])) { constants[name] = result }
        try checkMemory(constants, node)
      } else {
        steps.append(step)
        made.formUnion(node.outputs.filter { !$0.isEmpty })
      }
    }
    for output in model.outputs where constants[output.name] == nil && !made.contains(output.name) {
      throw .damaged(path: path, found: "output \(output.name.debugDescription) that no node makes", expected: "one")
    }
    var used = Set(model.outputs.map(\.name))
    for place in steps.indices.reversed() {
      let names = Set(steps[place].node.inputs)
      steps[place].lastUses = names.subtracting(used)
      used.formUnion(names)
    }
  }

  private func compute(_ step: Step, _ known: [String: GraphValue]) throws(FileError) -> [GraphValue] {
    let inputs = step.node.inputs
    for name in inputs where !name.isEmpty && known[name] == nil && constants[name] == nil {
      throw .unsuitable(
        path: path, found: "\(step.node.title) that uses \(name.debugDescription)",
        expected: "the first output of a node: disttrain may not compute the others")
    }
    let operands = GraphOperands(
      node: step.node, key: "\(step.index)", inputs: inputs.map { known[$0] ?? constants[$0] },
      areConstant: inputs.map { constants[$0] != nil }, opset: model.opset, context: context)
    do { return try step.compute.compute(operands) } catch { throw failure(step.node, error) }
  }

  private func checkMemory(_ values: [String: GraphValue], _ node: ONNXNode) throws(FileError) {
    let count = values.values.reduce(0) { $0 + $1.count }
    if count > Self.mostElements {
      throw failure(node, GraphProblem("\(count) numbers in memory", expected: "at most \(Self.mostElements)"))
    }
  }

  private func failure(_ node: ONNXNode, _ problem: GraphProblem) -> FileError {
    .unsuitable(path: path, found: "\(node.title) with \(problem.found)", expected: problem.expected)
  }
}
