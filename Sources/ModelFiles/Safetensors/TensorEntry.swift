/// The type of the elements of a stored tensor.
package enum ElementType: String, Hashable, Sendable, CaseIterable {
  case float32 = "F32"
  case uint8 = "U8"
  case int64 = "I64"

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .float32: 4
    case .uint8: 1
    case .int64: 8
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
