/// A network of an ONNX file: constants, and nodes that compute named values from named values.
package struct ONNXModel: Sendable {
  /// Version of the operators in ONNX's own domain.
  package var opset: Int
  package var producer: String
  package var metadata: [String: String]
  /// The inputs of a run, without constants.
  package var inputs: [ONNXValue]
  package var outputs: [ONNXValue]
  package var constants: [ONNXConstant]
  /// In an order in which they can be computed, if the file conforms to the standard.
  package var nodes: [ONNXNode]

  package init(
    opset: Int, producer: String, metadata: [String: String], inputs: [ONNXValue], outputs: [ONNXValue],
    constants: [ONNXConstant], nodes: [ONNXNode]
  ) {
    self.opset = opset
    self.producer = producer
    self.metadata = metadata
    self.inputs = inputs
    self.outputs = outputs
    self.constants = constants
    self.nodes = nodes
  }
}

/// The name of a value of type float32, and its shape.
package struct ONNXValue: Hashable, Sendable {
  package enum Size: Hashable, Sendable {
    case fixed(Int)
    /// Any size, under a name.
    case any(String)
  }
  package var name: String
  /// nil if the file does not give it.
  package var shape: [Size]?

  package init(name: String, shape: [Size]?) {
    self.name = name
    self.shape = shape
  }
}

/// A tensor in the file.
package struct ONNXTensor: Hashable, Sendable {
  /// In row-major order. All integers and booleans are `integers`; double precision is rounded to single.
  package enum Values: Hashable, Sendable {
    case floats([Float])
    case integers([Int])
  }
  /// Empty for a single number.
  package var shape: [Int]
  package var values: Values

  package init(shape: [Int], values: Values) {
    let count =
      switch values {
      case .floats(let values): values.count
      case .integers(let values): values.count
      }
    precondition(count == shape.reduce(1, *), "\(count) values do not fill the shape \(shape)")
    self.shape = shape
    self.values = values
  }
}

/// A tensor of the file that nodes refer to by its name.
package struct ONNXConstant: Hashable, Sendable {
  package var name: String
  package var tensor: ONNXTensor

  package init(_ name: String, _ tensor: ONNXTensor) {
    self.name = name
    self.tensor = tensor
  }
}

/// An attribute of a node.
package enum ONNXAttribute: Hashable, Sendable {
  case float(Float)
  case integer(Int)
  case string(String)
  case tensor(ONNXTensor)
  case floats([Float])
  case integers([Int])
  /// An attribute of an unsupported type, for example a graph; the type's number.
  case other(Int)
}

/// One operation.
package struct ONNXNode: Sendable {
  /// May be empty.
  package var name: String
  package var operation: String
  /// Empty for ONNX's own domain.
  package var domain: String
  /// Names of values; an empty name stands for an omitted input.
  package var inputs: [String]
  package var outputs: [String]
  package var attributes: [String: ONNXAttribute]

  package init(
    _ operation: String, name: String = "", domain: String = "", inputs: [String], outputs: [String],
    attributes: [String: ONNXAttribute] = [:]
  ) {
    self.operation = operation
    self.name = name
    self.domain = domain
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
  }

  /// The node in messages: `node Conv "/main/3/Conv"`.
  package var title: String {
    let kind = domain.isEmpty ? operation : "\(domain).\(operation)"
    let label = name.isEmpty ? outputs.first { !$0.isEmpty } ?? "" : name
    return "node \(kind) \(label.debugDescription)"
  }
}
