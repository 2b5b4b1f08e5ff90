/// The type of the elements of a stored tensor. disttrain writes F32 alone; the others are in files of other programs.
package enum ElementType: String, Hashable, Sendable, CaseIterable {
  case float32 = "F32"
  case float64 = "F64"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float8E4M3 = "F8_E4M3"
  case float8E5M2 = "F8_E5M2"
  case boolean = "BOOL"
  case int8 = "I8"
  case uint8 = "U8"
  case int16 = "I16"
  case uint16 = "U16"
  case int32 = "I32"
  case uint32 = "U32"
  case int64 = "I64"
  case uint64 = "U64"

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .float8E4M3, .float8E5M2, .boolean, .int8, .uint8: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }
}

/// A tensor of a file: name, type, shape and place of its bytes.
package struct TensorEntry: Hashable, Sendable {
  package let name: String
  package let type: ElementType
  /// Sizes as PyTorch orders them; empty for a single number.
  package let shape: [Int]
  /// Bytes from the start of the data section.
  package let range: Range<Int>

  package var count: Int { range.count / type.size }
}

/// The name and shape of a tensor to be written.
package struct TensorDeclaration: Hashable, Sendable {
  package let name: String
  package let shape: [Int]

  package init(name: String, shape: [Int]) {
    precondition(name != "__metadata__", "a tensor cannot have the name of the metadata")
    precondition(shape.allSatisfy { $0 >= 0 }, "sizes are not negative")
    self.name = name
    self.shape = shape
  }

  package var count: Int { shape.reduce(1, *) }
}

/// A tensor in memory: `values` in row-major order of `shape`.
package struct NamedTensor: Hashable, Sendable {
  package let name: String
  package let shape: [Int]
  package let values: [Float]

  package init(name: String, shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(name): \(values.count) values do not fill the shape \(shape)")
    self.name = name
    self.shape = shape
    self.values = values
  }
}
