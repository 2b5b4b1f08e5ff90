import CKernels

/// The layout of one matrix for each of Winograd's points. The memory is the caller's.
struct PointMatrices {
  /// Offset of each matrix, in floats.
  private let starts: [Int]
  /// Distance of the rows of each matrix, in floats.
  private let strides: [Int]
  /// Floats in all matrices together.
  let count: Int

  /// Added to rows and matrices, so that their distances are no multiples of a page: otherwise the 14 rows of a
  /// product, or the matrices of all points, would fall into one set of the first-level cache.
  private static let gap = 16

  /// - Parameters:
  ///   - rows: of each matrix.
  ///   - columns: of each point's matrix.
  ///   - isDense: whether rows follow one another without a gap, as in the panels of a product.
  init(rows: Int, columns: [Int], isDense: Bool = false) {
    strides = columns.map { isDense ? $0 : $0 + Self.gap }
    var total = 0
    starts = strides.map { stride in
      defer { total += rows * stride + Self.gap }
      return total
    }
    // The last panel of a product reads whole vectors.
    count = total + 2 * 16
  }

  func stride(_ point: Int) -> Int { strides[point] }

  func start(_ point: Int) -> Int { starts[point] }

  /// Calls `body` with the matrices of `points`, each starting at `row` and at its own first column.
  func withRows<Result>(
    _ memory: Floats, points: [Int], firstColumns: [Int]? = nil, row: Int = 0,
    _ body: (UnsafePointer<dt_rows>) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(of: dt_rows.self, capacity: points.count) { rows in
      for (place, point) in points.enumerated() {
        let column = firstColumns?[place] ?? 0
        rows.initializeElement(
          at: place,
          to: dt_rows(start: memory + starts[point] + row * strides[point] + column, stride: strides[point]))
      }
      return body(UnsafePointer(rows.baseAddress!))
    }
  }
}
