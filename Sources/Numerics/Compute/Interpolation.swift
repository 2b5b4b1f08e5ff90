import CKernels

/// The places of new rows between the rows of a matrix.
package struct Interpolation: Sendable {
  fileprivate let places: [dt_neighbours]

  /// - Parameters:
  ///   - positions: of the new rows, in rows of the old matrix: 1.25 is a quarter of the way from row 1 to row 2.
  ///     Beyond the last row they have that row's values.
  ///   - size: rows of the old matrix.
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
  /// y[i] ← the new row `range.lowerBound` + i of the matrix x, which has `channels` columns.
  package func interpolate(
    _ y: Floats, from x: UnsafePointer<Float>, _ interpolation: Interpolation, _ range: Range<Int>, channels: Int
  ) {
    interpolation.places.withUnsafeBufferPointer {
      table.interpolate(y, x, $0.baseAddress! + range.lowerBound, range.count, channels)
    }
  }

  /// The adjoint: adds each row of y to the rows of x that it lies between, in the order of y's rows.
  package func interpolateAdjoint(
    _ x: Floats, adding y: UnsafePointer<Float>, _ interpolation: Interpolation, _ range: Range<Int>, channels: Int
  ) {
    interpolation.places.withUnsafeBufferPointer {
      table.interpolate_adjoint(x, y, $0.baseAddress! + range.lowerBound, range.count, channels)
    }
  }
}
