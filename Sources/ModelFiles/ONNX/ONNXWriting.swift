import Foundation
import SwiftProtobuf

extension ONNXModel {
  /// Version of the file format, which belongs to opsets 13 and 14.
  private static let irVersion: Int64 = 7

  /// The bytes of an ONNX file.
  package func serialized() -> [UInt8] {
    var model = Onnx_ModelProto()
    model.irVersion = Self.irVersion
    model.producerName = producer
    model.opsetImport = [Onnx_OperatorSetIdProto.with { ($0.domain, $0.version) = ("", Int64(opset)) }]
    // In a fixed order, so that equal networks make equal files.
    model.metadataProps = metadata.sorted { $0.key < $1.key }.map { pair in
      Onnx_StringStringEntryProto.with { ($0.key, $0.value) = (pair.key, pair.value) }
    }
    model.graph = Onnx_GraphProto.with {
      $0.name = "generator"
      $0.input = inputs.map(\.message)
      $0.output = outputs.map(\.message)
      $0.initializer = constants.map { $0.tensor.message(named: $0.name) }
      $0.node = nodes.map(\.message)
    }
    do { return try [UInt8](model.serializedData()) } catch {
      // Cannot happen: no field is required, and the network fits in memory.
      preconditionFailure("cannot encode an ONNX model: \(error)")
    }
  }
}

extension ONNXValue {
  fileprivate var message: Onnx_ValueInfoProto {
    var message = Onnx_ValueInfoProto.with {
      $0.name = name
      $0.type.tensorType.elemType = ONNXElementType.float.rawValue
    }
    if let shape {
      message.type.tensorType.shape.dim = shape.map { size in
        Onnx_TensorShapeProto.Dimension.with {
          switch size {
          case .fixed(let count): $0.dimValue = Int64(count)
          case .any(let name): $0.dimParam = name
          }
        }
      }
    }
    return message
  }
}

extension ONNXTensor {
  fileprivate func message(named name: String) -> Onnx_TensorProto {
    Onnx_TensorProto.with {
      if !name.isEmpty { $0.name = name }
      $0.dims = shape.map(Int64.init)
      switch values {
      case .floats(let values):
        $0.dataType = ONNXElementType.float.rawValue
        $0.rawData = values.withUnsafeBytes { Data($0) }
      case .integers(let values):
        $0.dataType = ONNXElementType.int64.rawValue
        $0.rawData = values.withUnsafeBytes { Data($0) }
      }
    }
  }
}

extension ONNXNode {
  fileprivate var message: Onnx_NodeProto {
    Onnx_NodeProto.with {
      ($0.opType, $0.name, $0.input, $0.output) = (operation, name, inputs, outputs)
      $0.attribute = attributes.sorted { $0.key < $1.key }.map { $1.message(named: $0) }
    }
  }
}

extension ONNXAttribute {
  fileprivate func message(named name: String) -> Onnx_AttributeProto {
    Onnx_AttributeProto.with {
      $0.name = name
      switch self {
      case .float(let value): ($0.type, $0.f) = (.float, value)
      case .integer(let value): ($0.type, $0.i) = (.int, Int64(value))
      case .string(let value): ($0.type, $0.s) = (.string, Data(value.utf8))
      case .tensor(let value): ($0.type, $0.t) = (.tensor, value.message(named: ""))
      case .floats(let values): ($0.type, $0.floats) = (.floats, values)
      case .integers(let values): ($0.type, $0.ints) = (.ints, values.map(Int64.init))
      case .other(let type): preconditionFailure("no attribute of type \(type) is written")
      }
    }
  }
}
