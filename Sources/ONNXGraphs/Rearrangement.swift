/// Selects and reorders the elements of a value. For every axis of the result and every place on it, `distances` has an
/// offset in the source; the offsets of all axes are added. A negative sum is a place outside of the source.
struct Rearrangement {
  /// The distance of a place outside of the source.
  static let outside = -(1 << 40)

  let distances: [[Int]]

  init(_ distances: [[Int]]) throws(GraphProblem) {
    self.distances = distances
    _ = try FloatTensor.count(of: distances.map(\.count))
  }

  /// Selects the given places of every axis of `shape`; nil keeps an axis as it is.
  init(_ shape: [Int], places: [[Int]?]) throws(GraphProblem) {
    let strides = rowMajorStrides(of: shape)
    try self.init(
      shape.indices.map { axis in
        let stride = strides[axis]
        return places[axis]?.map { $0 < 0 ? Self.outside : $0 * stride } ?? (0..<shape[axis]).map { $0 * stride }
      })
  }

  /// Broadcasts `shape` to `target`, which must fit: axes of size 1 and missing axes are repeated.
  init(spreading shape: [Int], to target: [Int]) throws(GraphProblem) {
    _ = try FloatTensor.count(of: target)
    let strides = rowMajorStrides(of: shape)
    let new = target.count - shape.count
    try self.init(
      target.indices.map { axis in
        let stride = axis < new || shape[axis - new] == 1 ? 0 : strides[axis - new]
        return (0..<target[axis]).map { $0 * stride }
      })
  }

  /// - Parameter filler: the value of places outside of the source.
  func callAsFunction(_ value: GraphValue, filler: Float = 0) -> GraphValue {
    switch value {
    case .floats(let tensor): .floats(FloatTensor(self(tensor.rowMajor, filler: filler)))
    case .integers(let tensor): .integers(self(tensor, filler: Int(exactly: filler) ?? 0))
    }
  }

  func callAsFunction<Element>(_ tensor: RowMajor<Element>, filler: Element? = nil) -> RowMajor<Element> {
    var starts = [0]
    for axis in distances.dropLast() { starts = starts.flatMap { start in axis.map { start + $0 } } }
    let last = distances.last ?? [0]
    var values: [Element] = []
    values.reserveCapacity(starts.count * last.count)
    for start in starts {
      for distance in last {
        values.append(start + distance < 0 ? filler! : tensor.values[start + distance])
      }
    }
    return RowMajor(shape: distances.map(\.count), values: values)
  }
}
