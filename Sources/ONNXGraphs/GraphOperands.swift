import ModelFiles
import Numerics

/// A node, its input values and its context.
struct GraphOperands {
  let node: ONNXNode
  /// Unique among the nodes of the graph.
  let key: String
  /// nil for an omitted input.
  let inputs: [GraphValue?]
  /// Whether each input is the same in every run.
  let areConstant: [Bool]
  let opset: Int
  let context: GraphContext

  // MARK: Inputs

  func optional(_ index: Int) -> GraphValue? { index < inputs.count ? inputs[index] : nil }

  func value(_ index: Int) throws(GraphProblem) -> GraphValue {
    guard let value = optional(index) else {
      throw GraphProblem("no input \(index)", expected: "an input that \(node.operation) requires")
    }
    return value
  }

  func floats(_ index: Int) throws(GraphProblem) -> FloatTensor {
    guard case .floats(let tensor) = try value(index) else {
      throw GraphProblem("integers as input \(index)", expected: "floating-point numbers")
    }
    return tensor
  }

  func integers(_ index: Int) throws(GraphProblem) -> [Int] {
    guard case .integers(let tensor) = try value(index) else {
      throw GraphProblem("floating-point numbers as input \(index)", expected: "integers")
    }
    return tensor.values
  }

  /// Integers of an input if it is given, else of the attribute, as in older versions of the operator.
  func integers(_ index: Int, orAttribute name: String) throws(GraphProblem) -> [Int]? {
    if optional(index) != nil { return try integers(index) }
    return try integers(named: name)
  }

  /// One number of an input if it is given, else of the attribute, as in older versions of the operator.
  func number(_ index: Int, orAttribute name: String) throws(GraphProblem) -> Float? {
    guard optional(index) != nil else { return try float(named: name) }
    guard let number = try floats(index).values.first else {
      throw GraphProblem("an empty input \(index)", expected: "a number")
    }
    return number
  }

  // MARK: Attributes

  func float(named name: String) throws(GraphProblem) -> Float? {
    switch node.attributes[name] {
    case nil: return nil
    case .float(let value): return value
    default: throw wrongType(name, "a number")
    }
  }

  func integer(named name: String) throws(GraphProblem) -> Int? {
    switch node.attributes[name] {
    case nil: return nil
    case .integer(let value): return value
    default: throw wrongType(name, "an integer")
    }
  }

  func integers(named name: String) throws(GraphProblem) -> [Int]? {
    switch node.attributes[name] {
    case nil: return nil
    case .integers(let values): return values
    default: throw wrongType(name, "integers")
    }
  }

  func floats(named name: String) throws(GraphProblem) -> [Float]? {
    switch node.attributes[name] {
    case nil: return nil
    case .floats(let values): return values
    default: throw wrongType(name, "numbers")
    }
  }

  func string(named name: String) throws(GraphProblem) -> String? {
    switch node.attributes[name] {
    case nil: return nil
    case .string(let value): return value
    default: throw wrongType(name, "text")
    }
  }

  func tensor(named name: String) throws(GraphProblem) -> ONNXTensor? {
    switch node.attributes[name] {
    case nil: return nil
    case .tensor(let value): return value
    default: throw wrongType(name, "a tensor")
    }
  }

  /// A text attribute that must be one of the supported values.
  func choice<Choice: RawRepresentable & CaseIterable>(
    named name: String, default standard: Choice
  ) throws(GraphProblem) -> Choice where Choice.RawValue == String {
    guard let text = try string(named: name) else { return standard }
    guard let choice = Choice(rawValue: text) else {
      throw unsupported(name, text.debugDescription, Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  /// Throws if an attribute has another value than the only supported one.
  func require(_ name: String, _ expected: Int) throws(GraphProblem) {
    if let found = try integer(named: name), found != expected { throw unsupported(name, "\(found)", "\(expected)") }
  }

  func unsupported(_ name: String, _ found: String, _ expected: String) -> GraphProblem {
    GraphProblem("attribute \(name) is \(found)", expected: expected)
  }

  private func wrongType(_ name: String, _ expected: String) -> GraphProblem {
    GraphProblem("attribute \(name) of another type", expected: expected)
  }

  /// The index of an axis from the front; an `axis` of −1 is the last.
  func axis(_ axis: Int, rank: Int) throws(GraphProblem) -> Int {
    guard (-rank..<rank).contains(axis) else {
      throw GraphProblem("axis \(axis) of \(rank)", expected: "one from \(-rank) to \(rank - 1)")
    }
    return axis < 0 ? axis + rank : axis
  }

  func axes(_ axes: [Int], rank: Int) throws(GraphProblem) -> [Int] {
    var found: [Int] = []
    for number in axes {
      let axis = try axis(number, rank: rank)
      guard !found.contains(axis) else { throw GraphProblem("axes \(axes)", expected: "each once") }
      found.append(axis)
    }
    return found
  }
}

extension GraphValue {
  init(_ tensor: ONNXTensor) {
    switch tensor.values {
    case .floats(let values): self = .floats(FloatTensor(RowMajor(shape: tensor.shape, values: values)))
    case .integers(let values): self = .integers(RowMajor(shape: tensor.shape, values: values))
    }
  }
}
