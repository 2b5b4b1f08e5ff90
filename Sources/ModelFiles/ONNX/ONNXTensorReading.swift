import Files
import Foundation
import SwiftProtobuf

/// Reads the tensors of one ONNX file. Sizes are checked before memory is allocated.
struct ONNXTensorReading {
  /// The most dimensions; tensors of networks have fewer.
  private static let mostDimensions = 8
  /// The most elements, more than the largest file holds.
  private static let mostElements = 1 << 31

  let path: String

  /// - Parameter title: the name of the tensor in errors.
  func tensor(_ message: Onnx_TensorProto, title: String) throws(FileError) -> ONNXTensor {
    guard let type = ONNXElementType(rawValue: message.dataType) else {
      throw .unsuitable(
        path: path, found: "\(title) of ONNX's data type \(message.dataType)",
        expected: "one of \(ONNXElementType.names)")
    }
    let (shape, count) = try shape(message, title)
    if message.dataLocation == .external {
      return ONNXTensor(shape: shape, values: values(try external(message, count * type.size, title), type))
    }
    if message.hasRawData {
      guard message.rawData.count == count * type.size else {
        throw damaged(title, shape, found: quantity(message.rawData.count, "byte"), expected: "\(count * type.size)")
      }
      return ONNXTensor(shape: shape, values: values(message.rawData, type))
    }
    let listed: ONNXTensor.Values =
      switch type {
      case .float: .floats(message.floatData)
      case .double: .floats(message.doubleData.map { Float($0) })
      case .int64: .integers(message.int64Data.map { Int($0) })
      case .int32, .bool: .integers(message.int32Data.map { Int($0) })
      }
    let found =
      switch listed {
      case .floats(let values): values.count
      case .integers(let values): values.count
      }
    guard found == count else { throw damaged(title, shape, found: quantity(found, "value"), expected: "\(count)") }
    return ONNXTensor(shape: shape, values: listed)
  }

  private func shape(_ message: Onnx_TensorProto, _ title: String) throws(FileError) -> ([Int], count: Int) {
    guard message.dims.count <= Self.mostDimensions else {
      throw .unsuitable(
        path: path, found: "\(title) of \(quantity(message.dims.count, "dimension"))",
        expected: "at most \(Self.mostDimensions)")
    }
    var count = 1
    for size in message.dims {
      // max(1, …): a size of 0 must not hide an overflow of the others.
      let product = count.multipliedReportingOverflow(by: max(1, Int(size)))
      guard size >= 0, !product.overflow, product.partialValue <= Self.mostElements else {
        throw .damaged(path: path, found: "\(title) of shape \(message.dims)", expected: "a size that fits a file")
      }
      count = product.partialValue
    }
    return (message.dims.map { Int($0) }, message.dims.contains(0) ? 0 : count)
  }

  private func values(_ data: Data, _ type: ONNXElementType) -> ONNXTensor.Values {
    // The bytes need not be aligned.
    func elements<Element: BitwiseCopyable>(_: Element.Type) -> [Element] {
      data.withUnsafeBytes { bytes in
        (0..<bytes.count / MemoryLayout<Element>.size).map {
          bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self)
        }
      }
    }
    switch type {
    case .float: return .floats(elements(Float.self))
    case .double: return .floats(elements(Double.self).map { Float($0) })
    case .int32: return .integers(elements(Int32.self).map { Int($0) })
    case .int64: return .integers(elements(Int64.self).map { Int($0) })
    case .bool: return .integers(elements(UInt8.self).map { $0 == 0 ? 0 : 1 })
    }
  }

  /// The bytes of a tensor in another file, in the same folder or below it. PyTorch writes such files for large
  /// networks.
  private func external(_ message: Onnx_TensorProto, _ size: Int, _ title: String) throws(FileError) -> Data {
    var entries: [String: String] = [:]
    for entry in message.externalData { entries[entry.key] = entry.value }
    let location = entries["location"] ?? ""
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.isEmpty, !location.utf8.contains(0), parts.allSatisfy({ !["", ".", ".."].contains($0) }) else {
      throw .unsuitable(
        path: path, found: "\(title) with its data in \(location.debugDescription)",
        expected: "a file beside this one, or below its folder")
    }
    let offset = entries["offset"].map { Int($0) } ?? 0
    guard let offset, offset >= 0, entries["length"].map({ Int($0) == size }) ?? true else {
      throw .damaged(
        path: path,
        found: "\(title) at offset \(entries["offset"] ?? "0"), length \(entries["length"] ?? "none") of \(location)",
        expected: "the \(quantity(size, "byte")) of its shape")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().resolvingSymlinksInPath()
    let place = folder.appendingPathComponent(location).resolvingSymlinksInPath()
    guard place.path.hasPrefix(folder.path == "/" ? "/" : folder.path + "/") else {
      throw .unsuitable(
        path: path, found: "\(title) with its data in \(location), a link out of the folder", expected: "a file in it")
    }
    let file = try RegularFile(path: place.path)
    guard size <= file.size, offset <= file.size - size else {
      throw .damaged(
        path: place.path, found: quantity(file.size, "byte"),
        expected: "\(size) from offset \(offset) on, \(title) of \(path)")
    }
    return Data(try file.bytes(at: offset, count: size))
  }

  private func damaged(_ title: String, _ shape: [Int], found: String, expected: String) -> FileError {
    .damaged(path: path, found: "\(title) of shape \(shape) with \(found)", expected: expected)
  }
}

/// The element types that can be read, with their numbers in `TensorProto.DataType`.
enum ONNXElementType: Int32, CaseIterable {
  case float = 1
  case int32 = 6
  case int64 = 7
  case bool = 9
  case double = 11

  /// Bytes of one element in `raw_data`.
  var size: Int {
    switch self {
    case .float, .int32: 4
    case .int64, .double: 8
    case .bool: 1
    }
  }

  static var names: String { allCases.map { "\($0)" }.joined(separator: ", ") }
}
