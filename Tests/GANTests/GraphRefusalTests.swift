import Files
import Foundation
import GAN
import ModelFiles
import Numerics
import ONNXGraphs
import Testing

/// The error of a graph that cannot be computed names the reason and the node, before or during the run; nothing
/// crashes.
@Suite struct GraphRefusalTests {
  private static var context: ComputeContext { ComputeContext(kernels: Kernels(.native), threads: Threads(count: 1)) }

  private static func floats(_ shape: [Int], _ value: Float = 1) -> ONNXTensor {
    ONNXTensor(shape: shape, values: .floats([Float](repeating: value, count: shape.reduce(1, *))))
  }

  private static func integers(_ values: Int...) -> ONNXTensor {
    ONNXTensor(shape: [values.count], values: .integers(values))
  }

  /// The error of a network from `input` [n, …shape] to `output` [n, 3, 2, 2].
  private static func refusal(
    _ nodes: [ONNXNode], _ constants: [String: ONNXTensor] = [:], shape: [Int] = [12, 1, 1], opset: Int = 13
  ) -> String? {
    let model = ONNXModel(
      opset: opset, producer: "", metadata: [:],
      inputs: [.init(name: "input", shape: [.any("n")] + shape.map { .fixed($0) })],
      outputs: [.init(name: "output", shape: nil)],
      constants: constants.sorted { $0.key < $1.key }.map { ONNXConstant($0.key, $0.value) }, nodes: nodes)
    do throws(FileError) {
      let generator = try GeneratorGraph(model, path: "bad.onnx", context: context)
      _ = try generator.images(of: [Float](repeating: 1, count: 2 * generator.latents.size))
      return nil
    } catch { return "\(error)" }
  }

  private static func one(
    _ operation: String, _ constants: ONNXTensor..., attributes: [String: ONNXAttribute] = [:],
    shape: [Int] = [3, 2, 2],
    opset: Int = 13
  ) -> String? {
    let named = Dictionary(uniqueKeysWithValues: constants.enumerated().map { ("c\($0)", $1) })
    let node = ONNXNode(
      operation, name: "it", inputs: ["input"] + constants.indices.map { "c\($0)" }, outputs: ["output"],
      attributes: attributes)
    return refusal([node], named, shape: shape, opset: opset)
  }

  @Test func aSoundGraphIsNotRefused() {
    #expect(Self.one("Relu") == nil)
    #expect(Self.one("Conv", Self.floats([3, 3, 1, 1])) == nil)
  }

  @Test func namesOfOperatorsAndAttributes() {
    let unknown = Self.one("GridSample")
    #expect(unknown?.contains("bad.onnx") == true && unknown?.contains("node GridSample \"it\"") == true)
    var foreign = ONNXNode("Relu", name: "it", domain: "com.microsoft", inputs: ["input"], outputs: ["output"])
    #expect(Self.refusal([foreign])?.contains("node com.microsoft.Relu") == true)
    foreign.domain = ""
    foreign.attributes = ["surprise": .integer(1)]
    #expect(Self.refusal([foreign])?.contains("attribute surprise") == true)
  }

  @Test func graphsThatHaveNoOrder() {
    let cycle = [
      ONNXNode("Relu", name: "first", inputs: ["b"], outputs: ["a"]),
      ONNXNode("Relu", name: "second", inputs: ["a"], outputs: ["b"]),
      ONNXNode("Identity", inputs: ["b"], outputs: ["output"]),
    ]
    #expect(Self.refusal(cycle)?.contains("\"first\" with input \"b\"") == true)
    #expect(
      Self.refusal([ONNXNode("Relu", name: "own", inputs: ["output"], outputs: ["output"])])?.contains("own") == true)
    let twice = [
      ONNXNode("Relu", inputs: ["input"], outputs: ["a"]), ONNXNode("Tanh", inputs: ["input"], outputs: ["a"]),
    ]
    #expect(Self.refusal(twice)?.contains("exists already") == true)
    #expect(Self.refusal([ONNXNode("Relu", inputs: ["input"], outputs: ["a"])])?.contains("output \"output\"") == true)
    let second = [
      ONNXNode("Dropout", inputs: ["input"], outputs: ["a", "mask"]),
      ONNXNode("Identity", name: "user", inputs: ["mask"], outputs: ["output"]),
    ]
    #expect(Self.refusal(second)?.contains("\"user\"") == true)
  }

  @Test func inputsAndOutputsThatAreNoGenerators() {
    #expect(Self.one("Flatten")?.contains("an output of shape [2, 12]") == true)
    #expect(Self.one("Relu", shape: [5, 2, 2])?.contains("[2, 5, 2, 2]") == true)
    #expect(Self.one("Shape")?.contains("of integers") == true)
    #expect(
      Self.one("Relu", shape: [1 << 30])?.contains("at most") == true
        || Self.one("Relu", shape: [1 << 30])?.contains("shape") == true)
    #expect(Self.one("Relu", shape: [-1]) != nil && Self.one("Relu", shape: [0]) != nil)
    // Their product is 2^64 + 4, of which 64 bits hold 4.
    #expect(Self.one("Relu", shape: [769546, 494770, 8681, 5581])?.contains("at most") == true)
    var two = ONNXModel(
      opset: 13, producer: "", metadata: [:], inputs: [.init(name: "a", shape: [.any("n"), .fixed(1)])],
      outputs: [.init(name: "o", shape: nil)], constants: [],
      nodes: [ONNXNode("Relu", inputs: ["a"], outputs: ["o"])])
    func load() throws {
      _ = try GeneratorGraph(two, path: "two.onnx", context: Self.context)
    }
    #expect(throws: Never.self) { try load() }
    two.inputs[0].shape = [.any("n"), .any("k")]
    #expect { try load() } throws: { "\($0)".contains("number of latents") }
    two.inputs[0].shape = nil
    #expect(throws: FileError.self) { try load() }
    two.inputs = []
    #expect { try load() } throws: { "\($0)".contains("0 inputs") }
  }

  /// Attributes and shapes that convolutions cannot have, or that are not supported here.
  @Test func windows() {
    let weights = Self.floats([3, 3, 2, 2])
    let cases: [[String: ONNXAttribute]] = [
      ["group": .integer(3)], ["dilations": .integers([2, 2])], ["strides": .integers([1, 2])],
      ["strides": .integers([0, 0])], ["strides": .integers([1])], ["pads": .integers([-1, 0, 0, 0])],
      ["pads": .integers([2, 0, 0, 0])], ["pads": .integers([1, 1])], ["kernel_shape": .integers([3, 3])],
      ["auto_pad": .string("SOME")], ["strides": .integers([Int.max, Int.max])], ["strides": .float(1)],
    ]
    for attributes in cases {
      for operation in ["Conv", "ConvTranspose"] {
        let refusal = Self.one(operation, weights, attributes: attributes)
        #expect(
          refusal?.contains(attributes.keys.first!) == true, "\(operation) \(attributes): \(refusal ?? "accepted")")
      }
    }
    let outputs: [[String: ONNXAttribute]] = [
      ["output_padding": .integers([-1, 0])], ["output_shape": .integers([99, 99])], ["output_shape": .integers([1])],
      ["strides": .integers([65000, 65000])],
    ]
    for attributes in outputs {
      #expect(Self.one("ConvTranspose", weights, attributes: attributes) != nil, "\(attributes)")
    }
    #expect(Self.one("Conv", Self.floats([3, 4, 1, 1]))?.contains("3 channels") == true)
    #expect(Self.one("Conv", Self.floats([3, 3, 3, 3]))?.contains("a window of 3 on 2 pixels") == true)
    #expect(Self.one("Conv", Self.floats([3, 3, 1])) != nil && Self.one("Conv", Self.floats([3, 3, 0, 1])) != nil)
    #expect(Self.one("Conv", weights, Self.floats([2]))?.contains("bias") == true)
    #expect(Self.one("Conv", Self.integers(1))?.contains("integers as input 1") == true)
  }

  @Test func shapesThatAreTooMuch() {
    #expect(Self.one("Reshape", Self.integers(1 << 62, 1 << 62)) != nil)
    #expect(Self.one("Reshape", Self.integers(-1, 7))?.contains("as many elements") == true)
    #expect(Self.one("Reshape", Self.integers(-1, -1)) != nil && Self.one("Reshape", Self.integers(-2)) != nil)
    #expect(Self.one("Reshape", Self.integers(-1, 0, 0, 0, 0, 0)) != nil)
    #expect(Self.one("Expand", Self.integers(1 << 40, 1, 1, 1, 1)) != nil)
    let shape = ["s": Self.integers(1 << 31, 1 << 31)]
    #expect(Self.refusal([ONNXNode("ConstantOfShape", inputs: ["s"], outputs: ["output"])], shape) != nil)
    let empty = ["s": Self.integers(0, 1 << 50)]
    #expect(Self.refusal([ONNXNode("ConstantOfShape", inputs: ["s"], outputs: ["output"])], empty) != nil)
    for pads in [[Int.max, 0, 0, 0, 0, 0, 0, 0], [Int.min, 0, 0, 0, 0, 0, 0, 0], [1], [-9, 0, 0, 0, 0, 0, 0, 0]] {
      #expect(Self.one("Pad", ONNXTensor(shape: [pads.count], values: .integers(pads))) != nil, "\(pads)")
    }
    #expect(Self.one("Pad", Self.integers(0, 0, 9, 0, 0, 0, 0, 0), attributes: ["mode": .string("reflect")]) != nil)
    for scale in [Float.infinity, .nan, -1, 0, 1e30, 0.01] {
      let scales = ONNXTensor(shape: [4], values: .floats([1, 1, scale, 1]))
      #expect(Self.one("Upsample", scales, opset: 9) != nil, "\(scale)")
    }
    #expect(Self.one("Upsample", Self.floats([4], 2), opset: 9)?.contains("axis 0") == true)
    // Either scales or sizes are given; the missing one is an empty tensor.
    for sizes in [Self.integers(1, 3, 1 << 62, 2), Self.integers(7), Self.integers(2, 3, 4, 4)] {
      let refusal = Self.one("Resize", Self.floats([0]), Self.floats([4]), sizes)
      #expect(refusal?.contains("one for each of four axes") == true, "\(refusal ?? "accepted")")
    }
    let cubic: [String: ONNXAttribute] = ["mode": .string("cubic")]
    #expect(Self.one("Upsample", Self.floats([4]), attributes: cubic, opset: 9)?.contains("nearest, linear") == true)
  }

  @Test func indicesAndAxesOutside() {
    let huge = Int.max
    #expect(Self.one("Gather", Self.integers(2))?.contains("index 2") == true)
    #expect(Self.one("Gather", Self.integers(-huge - 1)) != nil)
    #expect(Self.one("Gather", Self.integers(0), attributes: ["axis": .integer(4)])?.contains("axis 4") == true)
    #expect(Self.one("Squeeze", Self.integers(1))?.contains("1 on axis 1") == true)
    #expect(Self.one("Unsqueeze", Self.integers(0, 0)) != nil)
    #expect(Self.one("Transpose", attributes: ["perm": .integers([0, 0, 1, 2])])?.contains("perm") == true)
    #expect(Self.one("Slice", Self.integers(0), Self.integers(1), Self.integers(0), Self.integers(0)) != nil)
    #expect(Self.one("Slice", Self.integers(0, 0), Self.integers(1)) != nil)
    // These are valid: they are clamped.
    for step in [huge, -huge - 1] {
      _ = Self.one("Slice", Self.integers(-huge - 1), Self.integers(huge), Self.integers(3), Self.integers(step))
    }
    #expect(Self.one("Flatten", attributes: ["axis": .integer(5)]) != nil)
    #expect(Self.one("Concat", attributes: ["axis": .integer(-5)]) != nil)
  }

  @Test func numbersThatDoNotGoTogether() {
    #expect(Self.one("Add", Self.floats([7]))?.contains("can be broadcast") == true)
    #expect(Self.one("Add", Self.integers(1))?.contains("one kind") == true)
    #expect(Self.one("Gemm", Self.floats([12, 3]))?.contains("two matrices") == true)
    #expect(Self.one("Gemm", Self.floats([12, 3]), Self.floats([5, 2, 3]), shape: [12]) != nil)
    #expect(Self.one("MatMul", Self.floats([3, 3])) != nil)
    #expect(
      Self.one("BatchNormalization", Self.floats([3]), Self.floats([3]), Self.floats([3]), Self.floats([2])) != nil)
    #expect(Self.one("BatchNormalization", Self.floats([3])) != nil)
    let training: [String: ONNXAttribute] = ["training_mode": .integer(1)]
    let vector = Self.floats([3])
    #expect(
      Self.one("BatchNormalization", vector, vector, vector, vector, attributes: training, opset: 15)?
        .contains("training_mode") == true)
    let whole = ["a": Self.integers(1 << 62), "b": Self.integers(4), "z": Self.integers(0)]
    func ending(_ operation: String, _ right: String) -> [ONNXNode] {
      [
        ONNXNode(operation, inputs: ["a", right], outputs: ["x"]),
        ONNXNode("Cast", inputs: ["x"], outputs: ["y"], attributes: ["to": .integer(1)]),
        ONNXNode("Mul", inputs: ["input", "y"], outputs: ["output"]),
      ]
    }
    #expect(Self.refusal(ending("Mul", "b"), whole, shape: [3, 2, 2]) == nil, "an overflow is not ours")
    #expect(Self.refusal(ending("Div", "z"), whole, shape: [3, 2, 2])?.contains("division by 0") == true)
    #expect(Self.one("Cast", attributes: ["to": .integer(10)])?.contains("float32") == true)
    #expect(Self.one("Cast", attributes: [:]) != nil)
  }

  /// A generator that PyTorch exported at opset 13 in training mode. Its batch norms have five outputs, and onnxruntime
  /// normalizes by the batch: by the statistics in the file, values are off by up to 0.93.
  @Test func anExportInTrainingMode() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/training-mode.onnx").path
    func load() throws {
      let generator = try GeneratorGraph(path: path, context: Self.context)
      _ = try generator.images(of: [Float](repeating: 1, count: 2 * generator.latents.size))
    }
    #expect {
      try load()
    } throws: { error in
      let found = "\(error)"
      return found.contains("node BatchNormalization") && found.contains("training mode") && found.contains("eval()")
    }
  }

  /// Before opset 14 the number of outputs is the only sign of training mode.
  @Test(arguments: 9...20) func batchNormInTrainingMode(opset: Int) {
    func refusal(_ outputs: [String], _ attributes: [String: ONNXAttribute] = [:]) -> String? {
      let vectors = Dictionary(uniqueKeysWithValues: (0..<4).map { ("v\($0)", Self.floats([3])) })
      let node = ONNXNode(
        "BatchNormalization", name: "it", inputs: ["input"] + vectors.keys.sorted(), outputs: outputs,
        attributes: attributes)
      return Self.refusal([node], vectors, shape: [3, 2, 2], opset: opset)
    }
    #expect(refusal(["output"]) == nil && refusal(["output", "", ""]) == nil)
    #expect(refusal(["output"], ["epsilon": .float(1e-3), "momentum": .float(0.9)]) == nil)
    #expect(refusal(["output", "mean", "variance"])?.contains("training mode") == true)
    let five = refusal(["output", "mean", "variance", "savedMean", "savedVariance"])
    #expect(five?.contains(opset < 14 ? "training mode" : "5 outputs") == true)
    let attribute = refusal(["output"], ["training_mode": .integer(1)])
    #expect(attribute?.contains("training_mode") == true)
    #expect((refusal(["output"], ["training_mode": .integer(0)]) == nil) == (opset >= 14))
    #expect(refusal(["output"], ["spatial": .integer(0)])?.contains("attribute spatial") == true)
    #expect(refusal(["output"], ["is_test": .integer(0)])?.contains("attribute is_test") == true)
  }

  @Test func dropoutInTrainingMode() {
    func refusal(_ training: ONNXTensor) -> String? { Self.one("Dropout", Self.floats([], 0.5), training) }
    func number(_ value: Int) -> ONNXTensor { ONNXTensor(shape: [], values: .integers([value])) }
    #expect(refusal(number(0)) == nil && refusal(number(1))?.contains("training mode") == true)
    #expect(refusal(Self.floats([]))?.contains("integers") == true)
    #expect(Self.one("Dropout", attributes: ["ratio": .float(0.5)], opset: 11) == nil)
    #expect(Self.one("Dropout", attributes: ["ratio": .float(0.5)], opset: 12)?.contains("attribute ratio") == true)
  }

  /// What an operator has not at an opset is refused: read or not, it would not mean what the file says.
  @Test func whatBelongsToOtherVersions() {
    let axes: [String: ONNXAttribute] = ["axes": .integers([2])]
    let cases: [(String, [ONNXTensor], [String: ONNXAttribute], Int, String)] = [
      ("Clip", [], ["min": .float(0)], 11, "attribute min"),
      ("Clip", [Self.floats([])], [:], 10, "2 inputs"),
      ("ReduceMean", [], axes, 18, "attribute axes"),
      ("ReduceMean", [Self.integers(2)], [:], 17, "2 inputs"),
      ("ReduceMean", [], ["noop_with_empty_axes": .integer(1)], 17, "attribute noop_with_empty_axes"),
      ("Unsqueeze", [], axes, 13, "attribute axes"), ("Unsqueeze", [Self.integers(0)], [:], 12, "2 inputs"),
      ("Squeeze", [], axes, 13, "attribute axes"), ("Squeeze", [Self.integers(0)], [:], 12, "2 inputs"),
      ("Slice", [], ["starts": .integers([0]), "ends": .integers([1])], 10, "attribute ends"),
      ("Slice", [Self.integers(0), Self.integers(1)], [:], 9, "3 inputs"),
      ("Pad", [], ["pads": .integers([0, 0, 0, 0, 0, 0, 0, 0])], 11, "attribute pads"),
      ("Pad", [Self.integers(0, 0, 0, 0, 0, 0, 0, 0)], [:], 10, "2 inputs"),
      ("Pad", [Self.integers(0, 0), Self.floats([], 0), Self.integers(2)], [:], 17, "4 inputs"),
      ("Pad", [Self.integers(0, 0, 0, 0, 0, 0, 0, 0)], ["mode": .string("wrap")], 19, "attribute mode"),
      ("Reshape", [Self.integers(0, 3, 2, 2)], ["allowzero": .integer(1)], 13, "attribute allowzero"),
      ("Shape", [], ["start": .integer(1)], 14, "attribute start"),
      ("AveragePool", [], ["kernel_shape": .integers([1, 1]), "ceil_mode": .integer(0)], 9, "attribute ceil_mode"),
      ("AveragePool", [], ["kernel_shape": .integers([1, 1]), "dilations": .integers([1, 1])], 18, "dilations"),
      ("Resize", [Self.floats([4])], ["nearest_mode": .string("floor")], 10, "attribute nearest_mode"),
      ("Resize", [Self.floats([4])], [:], 9, "opset 9"),
      ("Upsample", [Self.floats([4])], ["height_scale": .float(2)], 9, "attribute height_scale"),
      ("Relu", [Self.floats([4])], [:], 13, "2 inputs"),
      ("Add", [Self.floats([]), Self.floats([])], [:], 13, "3 inputs"),
      ("Gemm", [Self.floats([])], ["broadcast": .integer(1)], 13, "attribute broadcast"),
    ]
    for (operation, constants, attributes, opset, expected) in cases {
      let named = Dictionary(uniqueKeysWithValues: constants.enumerated().map { ("c\($0)", $1) })
      let node = ONNXNode(
        operation, name: "it", inputs: ["input"] + named.keys.sorted(), outputs: ["output"], attributes: attributes)
      let refusal = Self.refusal([node], named, shape: [3, 2, 2], opset: opset)
      #expect(
        refusal?.contains("node \(operation) \"it\"") == true && refusal?.contains(expected) == true,
        "\(operation) at opset \(opset): \(refusal ?? "accepted"), not \(expected)")
    }
    let node = ONNXNode("Relu", name: "it", inputs: ["input"], outputs: ["output", "second"])
    #expect(Self.refusal([node], shape: [3, 2, 2])?.contains("2 outputs") == true)
  }

  /// Attributes that say two things, or what is not computed here.
  @Test func attributesThatWouldBeIgnored() {
    let window = Self.floats([3, 3, 2, 2])
    for operation in ["Conv", "ConvTranspose"] {
      for padding in ["VALID", "SAME_UPPER", "SAME_LOWER"] {
        let attributes: [String: ONNXAttribute] = ["auto_pad": .string(padding), "pads": .integers([1, 1, 1, 1])]
        #expect(Self.one(operation, window, attributes: attributes)?.contains("attribute pads") == true)
      }
    }
    #expect(
      Self.one(
        "ConvTranspose", window, attributes: ["auto_pad": .string("SAME_UPPER"), "strides": .integers([3, 3])])?
        .contains("attribute auto_pad") == true)
    func resize(_ attributes: [String: ONNXAttribute], scales: [Float] = [1, 1, 1, 1], opset: Int = 18) -> String? {
      let scales = ONNXTensor(shape: [scales.count], values: .floats(scales))
      return Self.one("Resize", Self.floats([0]), scales, attributes: attributes, opset: opset)
    }
    #expect(resize([:]) == nil)
    let unsupported: [(String, ONNXAttribute)] = [
      ("exclude_outside", .integer(1)), ("antialias", .integer(1)), ("mode", .string("cubic")),
      ("keep_aspect_ratio_policy", .string("not_larger")), ("axes", .integers([2, 3])),
      ("coordinate_transformation_mode", .string("tf_crop_and_resize")),
      ("coordinate_transformation_mode", .string("tf_half_pixel_for_nn")),
      ("coordinate_transformation_mode", .string("half_pixel_symmetric")), ("nearest_mode", .string("simple")),
    ]
    for (name, value) in unsupported {
      let refusal = resize([name: value])
      #expect(refusal?.contains("attribute \(name)") == true, "\(name) \(value): \(refusal ?? "accepted")")
    }
    // Which old pixel is the nearest is stated from opset 11 on.
    let half = ONNXTensor(shape: [4], values: .floats([1, 1, 0.5, 0.5]))
    #expect(Self.one("Resize", half, opset: 10)?.contains("below 1") == true)
    #expect(Self.one("Resize", half, attributes: ["mode": .string("linear")], opset: 10) == nil)
    #expect(Self.one("Upsample", half, opset: 9)?.contains("below 1") == true)
    let square: [String: ONNXAttribute] = ["kernel_shape": .integers([2, 2])]
    for name in ["ceil_mode", "storage_order"] {
      #expect(Self.one("MaxPool", attributes: square.merging([name: .integer(1)]) { $1 })?.contains(name) == true)
    }
    let dilated = square.merging(["dilations": .integers([2, 2])]) { $1 }
    #expect(Self.one("MaxPool", attributes: dilated)?.contains("dilations") == true)
    #expect(Self.one("AveragePool", attributes: dilated, opset: 19)?.contains("dilations") == true)
    let pads = Self.integers(0, 0, -1, 0, 0, 0, 1, 0)
    #expect(Self.one("Pad", pads, attributes: ["mode": .string("reflect")])?.contains("none below 0") == true)
    #expect(Self.one("Concat")?.contains("no attribute axis") == true)
    #expect(Self.one("Squeeze", ONNXTensor(shape: [0], values: .integers([])))?.contains("empty list") == true)
    let constant = ONNXNode(
      "Constant", name: "it", inputs: [], outputs: ["output"],
      attributes: ["value_int": .integer(1), "value_float": .float(1)])
    #expect(Self.refusal([constant])?.contains("2 values") == true)
  }

  /// Damaged files: a graph that can be read may still not run.
  @Test func flippedFilesDoNotCrash() throws {
    let good = try fixture("onnx").bytes("pytorch-ganlab-legacy/model")
    var random = RandomStream(seed: 3, purpose: .synthetic)
    for _ in 0..<1500 {
      var flipped = good
      // Nodes come first in the file, weights after them.
      for _ in 0..<1 + random.next(below: 4) {
        flipped[random.next(below: min(good.count, 4000))] ^= 1 << UInt8(random.next(below: 8))
      }
      do throws(FileError) {
        let model = try ONNXModel(bytes: flipped, path: "flipped.onnx")
        let generator = try GeneratorGraph(model, path: "flipped.onnx", context: Self.context)
        _ = try generator.images(of: [Float](repeating: 0.5, count: 2 * generator.latents.size))
      } catch {}
    }
  }
}
