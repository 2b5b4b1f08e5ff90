import Files
import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite struct ONNXTests {
  private static func tensor(_ message: ONNXMessage) throws -> ONNXTensor {
    try ONNXModel(bytes: ONNXMessage.file(message), path: "test.onnx").constants[0].tensor
  }

  /// Types by their numbers in onnx.proto, as raw bytes and as lists.
  @Test func everyTypeIsRead() throws {
    let numbers: [(Int, [UInt8], UInt64, [UInt8])] = [
      (1, rawBytes([Float(1.5), -2]), 4, rawBytes([Float(1.5), -2])),
      (11, rawBytes([1.5, -2.0]), 10, rawBytes([1.5, -2.0])),
    ]
    for (type, raw, field, list) in numbers {
      let header = ONNXMessage.tensor("b", type: type, shape: [2])
      let expected = ONNXTensor(shape: [2], values: .floats([1.5, -2]))
      #expect(try Self.tensor(header.data(9, raw)) == expected)
      #expect(try Self.tensor(header.data(field, list)) == expected)
    }
    let whole: [(Int, [UInt8], UInt64)] = [(6, rawBytes([Int32(1), -7]), 5), (7, rawBytes([Int64(1), -7]), 7)]
    for (type, raw, field) in whole {
      let header = ONNXMessage.tensor("b", type: type, shape: [1, 2])
      let expected = ONNXTensor(shape: [1, 2], values: .integers([1, -7]))
      let list = [1, -7].flatMap { ONNXMessage.varint(UInt64(bitPattern: $0)) }
      #expect(try Self.tensor(header.data(9, raw)) == expected)
      #expect(try Self.tensor(header.data(field, list)) == expected)
    }
    let truth = try Self.tensor(ONNXMessage.tensor("b", type: 9, shape: [3]).data(9, [0, 1, 7]))
    #expect(truth == ONNXTensor(shape: [3], values: .integers([0, 1, 1])))
    #expect(try Self.tensor(ONNXMessage.tensor("b", type: 1, shape: []).data(9, rawBytes([Float(3)]))).shape == [])
  }

  @Test func whatIsWrittenIsRead() throws {
    let attributes: [String: ONNXAttribute] = [
      "zero": .integer(0), "negative": .integer(-1), "half": .float(0.5), "none": .float(0), "mode": .string("linear"),
      "pads": .integers([0, 1, -1]), "scales": .floats([1, 2.5]),
      "value": .tensor(ONNXTensor(shape: [], values: .integers([3]))),
    ]
    let model = ONNXModel(
      opset: 13, producer: "somebody", metadata: ["b": "2", "a": "1"],
      inputs: [.init(name: "x", shape: [.any("n"), .fixed(4)])],
      outputs: [.init(name: "y", shape: [.any("n"), .fixed(1)])],
      constants: [
        .init("w", .init(shape: [2, 1], values: .floats([1, -0.0]))),
        .init("s", .init(shape: [2], values: .integers([-1, 1 << 40]))),
      ],
      nodes: [ONNXNode("Some", name: "it", inputs: ["x", "", "w"], outputs: ["y"], attributes: attributes)])
    let bytes = model.serialized()
    let read = try ONNXModel(bytes: bytes, path: "test.onnx")
    #expect(read.opset == 13 && read.producer == "somebody" && read.metadata == model.metadata)
    #expect(read.inputs == model.inputs && read.outputs == model.outputs && read.constants == model.constants)
    let node = try #require(read.nodes.first)
    #expect(node.inputs == ["x", "", "w"] && node.outputs == ["y"] && node.name == "it" && node.operation == "Some")
    #expect(node.attributes == attributes)
    #expect(read.serialized() == bytes)
  }

  /// PyTorch writes the tensors of large networks to a separate file.
  @Test func tensorsInAFileBeside() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([9, 9, 9, 9] + rawBytes([Float(4), 5]), to: "weights.data")
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "/etc/passwd")
    func tensor(_ entries: [String: String], shape: [Int] = [2]) throws -> ONNXTensor {
      let header = ONNXMessage.tensor("b", type: 1, shape: shape).number(14, 1)
      let message = entries.sorted { $0.key < $1.key }.reduce(header) {
        $0.message(13, ONNXMessage().text(1, $1.key).text(2, $1.value))
      }
      let path = try folder.write(ONNXMessage.file(message), to: "model.onnx")
      return try ONNXModel(path: path).constants[0].tensor
    }
    let good = ["location": "weights.data", "offset": "4", "length": "8"]
    #expect(try tensor(good).values == .floats([4, 5]))
    #expect(try tensor(["location": "weights.data"], shape: [3]).shape == [3])
    let bad: [[String: String]] = [
      ["location": "../weights.data"], ["location": "/etc/passwd"], ["location": ""], ["location": "a/../../b"],
      ["location": "link", "offset": "0"], ["location": "absent"], good.merging(["offset": "5"]) { $1 },
      good.merging(["offset": "-4"]) { $1 }, good.merging(["length": "7"]) { $1 },
      good.merging(["offset": "9223372036854775807"]) { $1 },
    ]
    for entries in bad {
      #expect(throws: FileError.self, "\(entries)") { try tensor(entries) }
    }
  }
}
