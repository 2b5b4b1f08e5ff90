import ModelFiles
import Numerics

/// Builds an ONNX graph, layer by layer, with operators of opset 13.
struct ONNXGraphWriting {
  private let network: Network
  private let layers: [LayerSpecification]
  private let inputIsMap: Bool
  private var nodes: [ONNXNode] = []
  private var constants: [ONNXConstant] = []

  /// The next layer's input: its name, its shape, and whether it is [n, c, h, w] or, as a vector, [n, c].
  private var value = "input"
  private var shape: FeatureShape
  private var isMap: Bool
  private var layer = 0

  init(_ network: Network) {
    self.network = network
    layers = network.specification
    shape = FeatureShape(network.inputShape)
    inputIsMap =
      switch layers.first {
      case .convolution, .transposedConvolution: true
      default: !shape.isVector
      }
    isMap = inputIsMap
  }

  /// Appends all layers; the last value becomes `output`.
  mutating func appendLayers() {
    guard let shapes = try? inferredShapes(of: layers, from: shape), shapes.last == FeatureShape(network.outputShape)
    else { preconditionFailure("a network's layers fit") }
    for (index, output) in shapes.enumerated() {
      layer = index
      append(layers[index], output)
      shape = output
    }
    layer = layers.count
    makeMap()
    append("Identity", [value])
    nodes[nodes.count - 1].outputs = ["output"]
  }

  func model(opset: Int, producer: String, metadata: [String: String]) -> ONNXModel {
    func value(_ name: String, _ shape: Shape, isMap: Bool) -> ONNXValue {
      let map = isMap ? [ONNXValue.Size.fixed(shape.height), .fixed(shape.width)] : []
      return ONNXValue(name: name, shape: [.any("n"), .fixed(shape.channels)] + map)
    }
    return ONNXModel(
      opset: opset, producer: producer, metadata: metadata,
      inputs: [value("input", network.inputShape, isMap: inputIsMap)],
      outputs: [value("output", network.outputShape, isMap: true)], constants: constants, nodes: nodes)
  }

  private mutating func append(_ specification: LayerSpecification, _ output: FeatureShape) {
    switch specification {
    case .dense(_, let bias, _):
      makeVector()
      append("Gemm", [value] + parameters(bias ? ["weight", "bias"] : ["weight"]), ["transB": .integer(1)])
    case .reshape(let target):
      reshape(to: [target.channels, target.height, target.width])
      isMap = true
    case .flatten: makeVector()
    case .convolution(let window):
      makeMap()
      append(
        "Conv", [value] + parameters(window.bias ? ["weight", "bias"] : ["weight"]),
        window.attributes(isTransposed: false, from: shape, to: output))
    case .transposedConvolution(let window):
      makeMap()
      append(
        "ConvTranspose", [value] + parameters(window.bias ? ["weight", "bias"] : ["weight"]),
        window.attributes(isTransposed: true, from: shape, to: output))
    case .upsample(let scale, let mode):
      makeMap()
      appendResize(scale: scale, mode)
    case .batchNorm(let batchNorm):
      if batchNorm.alwaysBatch {
        appendBatchStatistics(epsilon: batchNorm.epsilon)
      } else {
        append(
          "BatchNormalization", [value] + parameters(["weight", "bias", "running_mean", "running_var"]),
          ["epsilon": .float(batchNorm.epsilon), "momentum": .float(1 - batchNorm.momentum)])
      }
    case .dropout: break  // the identity outside training
    case .relu: append("Relu", [value])
    case .leakyRelu(let slope): append("LeakyRelu", [value], ["alpha": .float(slope)])
    case .tanh: append("Tanh", [value])
    case .branch: preconditionFailure("a generator makes one image")
    }
  }

  private mutating func appendResize(scale: Int, _ mode: UpsamplingMode) {
    let scales = constant("scales", .init(shape: [4], values: .floats([1, 1, Float(scale), Float(scale)])))
    switch mode {
    case .nearest:
      append(
        "Resize", [value, "", scales],
        [
          "mode": .string("nearest"), "coordinate_transformation_mode": .string("asymmetric"),
          "nearest_mode": .string("floor"),
        ])
    case .bilinear:
      append(
        "Resize", [value, "", scales],
        ["mode": .string("linear"), "coordinate_transformation_mode": .string("half_pixel")])
    }
  }

  /// Batch norm with batch statistics, which ONNX's own operator does not support outside training.
  private mutating func appendBatchStatistics(epsilon: Float) {
    let axes: [String: ONNXAttribute] = ["axes": .integers(isMap ? [0, 2, 3] : [0]), "keepdims": .integer(1)]
    let input = value
    let sides = isMap ? [1, shape.channels, 1, 1] : [1, shape.channels]
    let affine = ["weight", "bias"].map { name in
      constant(name, .init(shape: sides, values: .floats(parameter(name))))
    }
    append("ReduceMean", [input], axes)
    append("Sub", [input, value])
    let centred = value
    append("Mul", [centred, centred])
    append("ReduceMean", [value], axes)
    append("Add", [value, constant("epsilon", .init(shape: [], values: .floats([epsilon])))])
    append("Sqrt", [value])
    append("Div", [centred, value])
    append("Mul", [value, affine[0]])
    append("Add", [value, affine[1]])
  }

  private mutating func makeVector() {
    if isMap { append("Flatten", [value], ["axis": .integer(1)]) }
    isMap = false
  }

  private mutating func makeMap() {
    if !isMap { reshape(to: [shape.channels, shape.height, shape.width]) }
    isMap = true
  }

  private mutating func reshape(to sizes: [Int]) {
    let target = constant("shape", .init(shape: [1 + sizes.count], values: .integers([-1] + sizes)))
    append("Reshape", [value, target])
  }

  /// Appends a node whose output is the next value.
  private mutating func append(
    _ operation: String, _ inputs: [String], _ attributes: [String: ONNXAttribute] = [:]
  ) {
    let name = "\(layer)/\(operation)_\(nodes.count)"
    nodes.append(ONNXNode(operation, name: name, inputs: inputs, outputs: [name], attributes: attributes))
    value = name
  }

  private mutating func constant(_ name: String, _ tensor: ONNXTensor) -> String {
    var unique = "\(layer).\(name)"
    if constants.contains(where: { $0.name == unique }) { unique += "_\(constants.count)" }
    constants.append(ONNXConstant(unique, tensor))
    return unique
  }

  /// Constants of this layer's tensors.
  private mutating func parameters(_ names: [String]) -> [String] {
    names.map { name in
      let (tensor, _) = tensor(name)
      return constant(name, .init(shape: tensor.shape, values: .floats(parameter(name))))
    }
  }

  /// The values of one of this layer's tensors, in PyTorch's order, which is ONNX's.
  private func parameter(_ name: String) -> [Float] {
    let (tensor, memory) = tensor(name)
    return tensor.values(in: memory)
  }

  private func tensor(_ name: String) -> (ParameterTensor, memory: Floats) {
    let full = "\(layer).\(name)"
    if let tensor = network.tensors.first(where: { $0.name == full }) { return (tensor, network.parameters) }
    guard let buffer = network.bufferTensors.first(where: { $0.name == full }) else {
      preconditionFailure("the network has no tensor \(full)")
    }
    return (buffer, network.buffers)
  }
}

extension ConvolutionSpecification {
  /// The attributes of ONNX's Conv, or ConvTranspose.
  fileprivate func attributes(
    isTransposed: Bool, from input: FeatureShape, to output: FeatureShape
  ) -> [String: ONNXAttribute] {
    let (large, small) = isTransposed ? (output, input) : (input, output)
    let sides = [(large.height, small.height), (large.width, small.width)]
    let before = sides.map { paddingBefore(large: $0, small: $1) }
    // Rows by which the last window extends beyond the large map; negative if it ends inside.
    let after = zip(sides, before).map { side, before in (side.1 - 1) * stride + kernel - side.0 - before }
    var attributes: [String: ONNXAttribute] = [
      "kernel_shape": .integers([kernel, kernel]), "strides": .integers([stride, stride]),
      "pads": .integers(before + after.map { max(0, $0) }),
    ]
    if isTransposed, after.contains(where: { $0 < 0 }) {
      attributes["output_padding"] = .integers(after.map { max(0, -$0) })
    }
    return attributes
  }
}
