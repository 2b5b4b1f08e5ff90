import CKernels

/// Between which rows of a matrix new rows lie.
package struct Interpolation: Sendable {
  fileprivate let places: [dt_neighbours]

  /// - Parameters:
  ///   - positions: of the new rows, in rows of the old ones: 1.25 is a quarter of the way from row 1 to row 2; what
  ///     lies beyond the last row is that row.
  ///   - size: rows of the old ones.
  package init(positions: [Float], size: Int) {
    places = positions.map { position in
      let first = Int(position)
      precondition(position >= 0 && first < size, "position \(position) among \(size) rows")
      return dt_neighbours(first: first, second: min(first + 1, size - 1), distance: position - Float(first))
    }
  }

  package var count: Int { places.count }
}

extension Kernels {
  /// y[i] ← the new row `range.lowerBound` + i of x, a matrix of rows of `channels`.
  package func interpolate(
    _ y: Floats, from x: UnsafePointer<Float>, _ interpolation: Interpolation, _ range: Range<Int>, channels: Int
  ) {
    interpolation.places.withUnsafeBufferPointer {
      table.interpolate(y, x, $0.baseAddress! + range.lowerBound, range.count, channels)
    }
  }

  /// The adjoint: adds each of y's rows to those of x that it lies between, in the order of y's.
  package func interpolateAdjoint(
    _ x: Floats, adding y: UnsafePointer<Float>, _ interpolation: Interpolation, _ range: Range<Int>, channels: Int
  ) {
    interpolation.places.withUnsafeBufferPointer {
      table.interpolate_adjoint(x, y, $0.baseAddress! + range.lowerBound, range.count, channels)
    }
  }
}
