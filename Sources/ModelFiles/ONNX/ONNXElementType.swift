/// Types of a tensor's elements that can be read, with their numbers in `TensorProto.DataType`.
enum ONNXElementType: Int32, CaseIterable {
  case float = 1
  case int32 = 6
  case int64 = 7
  case bool = 9
  case double = 11

  /// Bytes in `raw_data`.
  var size: Int {
    switch self {
    case .float, .int32: 4
    case .int64, .double: 8
    case .bool: 1
    }
  }

  static var names: String { allCases.map { "\($0)" }.joined(separator: ", ") }
}
