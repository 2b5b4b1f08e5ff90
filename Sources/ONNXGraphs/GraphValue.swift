import Numerics

/// Why an operator cannot be computed: what was found and what was expected.
struct GraphProblem: Error {
  let found: String
  let expected: String

  init(_ found: String, expected: String) {
    self.found = found
    self.expected = expected
  }
}

/// A value between nodes: floating-point numbers, or integers, as in shapes.
enum GraphValue {
  case floats(FloatTensor)
  case integers(RowMajor<Int>)

  var shape: [Int] {
    switch self {
    case .floats(let tensor): tensor.shape
    case .integers(let tensor): tensor.shape
    }
  }

  var count: Int { shape.reduce(1, *) }

  /// The same elements with another shape.
  func reshaped(to shape: [Int]) -> GraphValue {
    switch self {
    case .floats(let tensor): .floats(FloatTensor(RowMajor(shape: shape, values: tensor.rowMajor.values)))
    case .integers(let tensor): .integers(RowMajor(shape: shape, values: tensor.values))
    }
  }
}

/// Elements in row-major order.
struct RowMajor<Element> {
  let shape: [Int]
  var values: [Element]

  init(shape: [Int], values: [Element]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill the shape \(shape)")
    self.shape = shape
    self.values = values
  }
}

/// The distance in memory of neighbours along each axis, for a value of `shape` in row-major order.
func rowMajorStrides(of shape: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
  return strides
}

/// Numbers of any shape. Maps [n, c, h, w] may be in memory with channels last, as in Numerics.
struct FloatTensor {
  /// In ONNX's order of axes.
  let shape: [Int]
  let isChannelsLast: Bool
  var values: [Float]

  /// The most elements of a value.
  static let mostElements = 1 << 28

  init(_ tensor: RowMajor<Float>) { (shape, values, isChannelsLast) = (tensor.shape, tensor.values, false) }

  /// A map whose values have channels last.
  init(channelsLast values: [Float], _ shape: Shape) {
    precondition(values.count == shape.count, "\(values.count) values do not fill \(shape)")
    self.shape = [shape.samples, shape.channels, shape.height, shape.width]
    self.values = values
    isChannelsLast = true
  }

  /// The number of elements of `shape`. Throws if it is over `mostElements`.
  static func count(of shape: [Int]) throws(GraphProblem) -> Int {
    var count = 1
    for size in shape {
      // max(1, …): a size of 0 must not hide an overflow of the others.
      let product = count.multipliedReportingOverflow(by: max(1, size))
      guard size >= 0, !product.overflow, product.partialValue <= mostElements else {
        throw GraphProblem("a value of shape \(shape)", expected: "at most \(mostElements) elements")
      }
      count = product.partialValue
    }
    return shape.contains(0) ? 0 : count
  }

  var rowMajor: RowMajor<Float> {
    guard isChannelsLast else { return RowMajor(shape: shape, values: values) }
    return RowMajor(shape: shape, values: Self.transposed(values, shape[0], shape[2] * shape[3], shape[1]))
  }

  /// The values with channels last, and their shape.
  func map() throws(GraphProblem) -> (values: [Float], shape: Shape) {
    guard shape.count == 4, shape.dropFirst().allSatisfy({ $0 > 0 }) else {
      throw GraphProblem("an input of shape \(shape)", expected: "[samples, channels, height, width]")
    }
    let map = Shape(samples: shape[0], height: shape[2], width: shape[3], channels: shape[1])
    return (isChannelsLast ? values : Self.transposed(values, map.samples, map.channels, map.area), map)
  }

  /// Reorders [samples][rows][columns] to [samples][columns][rows].
  private static func transposed(_ values: [Float], _ samples: Int, _ rows: Int, _ columns: Int) -> [Float] {
    if rows == 1 || columns == 1 { return values }
    return [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
      for sample in 0..<samples {
        let start = sample * rows * columns
        for row in 0..<rows {
          for column in 0..<columns {
            buffer.initializeElement(at: start + column * rows + row, to: values[start + row * columns + column])
          }
        }
      }
      count = values.count
    }
  }
}
