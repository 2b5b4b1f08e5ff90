import CKernels

/// One matrix for each of Winograd's points, in memory of somebody else.
struct PointMatrices {
  /// Floats from the beginning to each matrix.
  private let starts: [Int]
  /// Floats from row to row.
  private let strides: [Int]
  /// Floats of all matrices.
  let count: Int

  /// Rows and matrices are kept off multiples of a page: 14 rows, or as many points, would else fall into one set of the
  /// first-level cache.
  private static let gap = 16

  /// - Parameters:
  ///   - rows: of each matrix.
  ///   - columns: of each point's.
  ///   - isDense: whether rows follow one another without a gap, as products read panels.
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

  /// Calls `body` with the matrices of `points`, each from `row` and its own first column on.
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
