import Files
import ModelFiles

/// What a node of an operator may have from one opset on: the number of its inputs and outputs, and its attributes.
///
/// Anything else is refused by name: a value that nobody reads would change the result without a word.
struct OperatorVersion: Sendable {
  /// The opset that introduced it.
  let since: Int
  let inputs: Int
  let outputs: Int
  let attributes: Set<String>

  private init(since: Int, inputs: Int = 1, outputs: Int = 1, _ attributes: Set<String> = []) {
    (self.since, self.inputs, self.outputs, self.attributes) = (since, inputs, outputs, attributes)
  }

  /// The version that an operator has at `opset`; nil if there is none.
  static func of(_ operation: String, opset: Int) -> OperatorVersion? {
    all[operation]?.last { $0.since <= opset }
  }

  func check(_ node: ONNXNode, opset: Int) throws(GraphProblem) {
    let known = attributes.isEmpty ? "none" : attributes.sorted().joined(separator: ", ")
    for name in node.attributes.keys.sorted() where !attributes.contains(name) {
      throw GraphProblem("an unsupported attribute \(name)", expected: "at opset \(opset): \(known)")
    }
    func used(_ names: [String]) -> Int { (names.lastIndex { !$0.isEmpty } ?? -1) + 1 }
    guard used(node.inputs) <= inputs else {
      throw GraphProblem("\(quantity(used(node.inputs), "input"))", expected: "at most \(inputs) at opset \(opset)")
    }
    guard used(node.outputs) <= outputs else {
      throw GraphProblem("\(quantity(used(node.outputs), "output"))", expected: "at most \(outputs) at opset \(opset)")
    }
  }

  /// By operator, oldest first: https://github.com/onnx/onnx/blob/main/docs/Changelog.md. Versions that differ only in
  /// types are left out.
  private static let all: [String: [OperatorVersion]] = {
    var all: [String: [OperatorVersion]] = [
      "AveragePool": [
        .init(since: 7, window.union(["count_include_pad"])),
        .init(since: 10, window.union(["ceil_mode", "count_include_pad"])),
        .init(since: 19, window.union(["ceil_mode", "count_include_pad", "dilations"])),
      ],
      "BatchNormalization": [
        .init(since: 9, inputs: 5, outputs: 5, ["epsilon", "momentum"]),
        .init(since: 14, inputs: 5, outputs: 3, ["epsilon", "momentum", "training_mode"]),
      ],
      "Cast": [.init(since: 9, ["to"]), .init(since: 19, ["saturate", "to"])],
      "Clip": [.init(since: 6, ["max", "min"]), .init(since: 11, inputs: 3)],
      "Concat": [.init(since: 4, inputs: .max, ["axis"])],
      "Constant": [
        .init(since: 9, inputs: 0, ["value"]),
        .init(since: 12, inputs: 0, ["value", "value_float", "value_floats", "value_int", "value_ints"]),
      ],
      "ConstantOfShape": [.init(since: 9, ["value"])],
      "Conv": [.init(since: 1, inputs: 3, window.union(["dilations", "group"]))],
      "ConvTranspose": [
        .init(since: 1, inputs: 3, window.union(["dilations", "group", "output_padding", "output_shape"]))
      ],
      "Dropout": [.init(since: 7, outputs: 2, ["ratio"]), .init(since: 12, inputs: 3, outputs: 2, ["seed"])],
      "Expand": [.init(since: 8, inputs: 2)],
      "Flatten": [.init(since: 1, ["axis"])],
      "Gather": [.init(since: 1, inputs: 2, ["axis"])],
      "Gemm": [.init(since: 7, inputs: 3, ["alpha", "beta", "transA", "transB"])],
      "LeakyRelu": [.init(since: 6, ["alpha"])],
      "MatMul": [.init(since: 1, inputs: 2)],
      "MaxPool": [
        .init(since: 8, outputs: 2, window.union(["storage_order"])),
        .init(since: 10, outputs: 2, window.union(["ceil_mode", "dilations", "storage_order"])),
      ],
      "Pad": [
        .init(since: 2, ["mode", "pads", "value"]), .init(since: 11, inputs: 3, ["mode"]),
        .init(since: 18, inputs: 4, ["mode"]),
      ],
      "ReduceMean": [
        .init(since: 1, ["axes", "keepdims"]), .init(since: 18, inputs: 2, ["keepdims", "noop_with_empty_axes"]),
      ],
      "Reshape": [.init(since: 5, inputs: 2), .init(since: 14, inputs: 2, ["allowzero"])],
      "Resize": [
        .init(since: 10, inputs: 2, ["mode"]), .init(since: 11, inputs: 4, resizing),
        .init(since: 18, inputs: 4, resizing.union(["antialias", "axes", "keep_aspect_ratio_policy"])),
      ],
      "Shape": [.init(since: 1), .init(since: 15, ["end", "start"])],
      "Slice": [.init(since: 1, ["axes", "ends", "starts"]), .init(since: 10, inputs: 5)],
      "Squeeze": [.init(since: 1, ["axes"]), .init(since: 13, inputs: 2)],
      "Transpose": [.init(since: 1, ["perm"])],
      "Unsqueeze": [.init(since: 1, ["axes"]), .init(since: 13, inputs: 2)],
      "Upsample": [.init(since: 9, inputs: 2, ["mode"])],
    ]
    for operation in ["Add", "Div", "Mul", "Sub"] { all[operation] = [.init(since: 7, inputs: 2)] }
    for operation in [
      "Abs", "Ceil", "Exp", "Floor", "GlobalAveragePool", "Identity", "Neg", "Relu", "Sigmoid", "Sqrt", "Tanh",
    ] { all[operation] = [.init(since: 1)] }
    return all
  }()

  private static let window: Set = ["auto_pad", "kernel_shape", "pads", "strides"]
  private static let resizing: Set = [
    "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside", "extrapolation_value", "mode",
    "nearest_mode",
  ]
}
