import Files
import SwiftProtobuf

extension ONNXModel {
  /// The largest file that is read, the limit of protocol buffers.
  package static let largestFile = Int(Int32.max)
  /// The versions of the operators that are read.
  package static let opsets = 9...20

  /// Reads an ONNX file, and the data files that it names.
  package init(path: String) throws(FileError) {
    let file = try RegularFile(path: path)
    guard file.size <= Self.largestFile else {
      throw .unsuitable(path: path, found: "\(file.size) bytes", expected: "at most \(Self.largestFile)")
    }
    let bytes = try file.bytes(at: 0, count: file.size)
    let content = FileContent(bytes)
    guard !content.excludes(.onnx) else { throw .foreign(path: path, content, expected: FileFormat.onnx.rawValue) }
    try self.init(bytes: bytes, path: path)
  }

  /// Reads an ONNX file in memory. Errors name `path`, and data files are looked for in its folder.
  package init(bytes: [UInt8], path: String) throws(FileError) {
    try self.init(Self.message(bytes, path), ONNXTensorReading(path: path), path)
  }

  private static func message(_ bytes: [UInt8], _ path: String) throws(FileError) -> Onnx_ModelProto {
    if let problem = bytes.withUnsafeBytes({ ONNXOutline.problem(in: $0) }) {
      throw .damaged(path: path, found: "\(problem.found) (byte \(problem.offset))", expected: problem.expected)
    }
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = 20
    options.discardUnknownFields = true
    do { return try Onnx_ModelProto(serializedBytes: bytes, options: options) } catch {
      throw .damaged(path: path, found: "bytes that are no protocol buffer (\(error))", expected: "an ONNX file")
    }
  }

  private init(
    _ message: Onnx_ModelProto, _ tensors: ONNXTensorReading, _ path: String
  ) throws(FileError) {
    guard message.hasGraph, !message.graph.node.isEmpty else {
      throw .damaged(path: path, found: "no graph with nodes", expected: "an ONNX file")
    }
    let own = message.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }
    guard let own, Self.opsets.contains(Int(clamping: own.version)) else {
      let found = own.map { "operators of version (opset) \($0.version)" } ?? "no version of ONNX's operators"
      throw .unsuitable(
        path: path, found: found, expected: "opset \(Self.opsets.lowerBound) to \(Self.opsets.upperBound)")
    }
    var constants: [ONNXConstant] = []
    var names: Set<String> = []
    for tensor in message.graph.initializer {
      guard names.insert(tensor.name).inserted else {
        throw .damaged(path: path, found: "two tensors \(tensor.name.debugDescription)", expected: "names of their own")
      }
      constants.append(
        ONNXConstant(tensor.name, try tensors.tensor(tensor, title: "tensor \(tensor.name.debugDescription)")))
    }
    var nodes: [ONNXNode] = []
    for node in message.graph.node { nodes.append(try ONNXNode(node, tensors, path)) }
    var metadata: [String: String] = [:]
    for entry in message.metadataProps { metadata[entry.key] = entry.value }
    self.init(
      opset: Int(own.version), producer: message.producerName, metadata: metadata,
      // Before IR version 4 initializers had to be inputs too.
      inputs: message.graph.input.filter { !names.contains($0.name) }.map(ONNXValue.init),
      outputs: message.graph.output.map(ONNXValue.init), constants: constants, nodes: nodes)
  }
}

extension ONNXValue {
  fileprivate init(_ message: Onnx_ValueInfoProto) {
    let type = message.type.tensorType
    self.init(
      name: message.name,
      shape: type.hasShape
        ? type.shape.dim.map { size in
          switch size.value {
          case .dimValue(let count): .fixed(Int(count))
          case .dimParam(let name): .any(name)
          case nil: .any("")
          }
        } : nil)
  }
}

extension ONNXNode {
  fileprivate init(_ message: Onnx_NodeProto, _ tensors: ONNXTensorReading, _ path: String) throws(FileError) {
    self.init(
      message.opType, name: message.name, domain: message.domain == "ai.onnx" ? "" : message.domain,
      inputs: message.input, outputs: message.output)
    for attribute in message.attribute {
      let title = "attribute \(attribute.name) of \(title)"
      guard attributes[attribute.name] == nil else {
        throw .damaged(path: path, found: "\(title) twice", expected: "it once")
      }
      attributes[attribute.name] =
        switch attribute.type {
        case .float: .float(attribute.f)
        case .int: .integer(Int(attribute.i))
        case .string: .string(String(decoding: attribute.s, as: UTF8.self))
        case .tensor: .tensor(try tensors.tensor(attribute.t, title: title))
        case .floats: .floats(attribute.floats)
        case .ints: .integers(attribute.ints.map { Int($0) })
        default: .other(Int(attribute.type.rawValue))
        }
    }
  }
}
