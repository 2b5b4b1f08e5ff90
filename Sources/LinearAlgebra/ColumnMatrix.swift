import COpenBLAS

/// A matrix in double precision, column-major as in LAPACK.
package struct ColumnMatrix: Sendable {
  package let rows: Int
  package let columns: Int
  package var values: [Double]

  package init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == rows * columns, "a value for each element")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// The sum of the diagonal of a square matrix.
  package var trace: Double {
    precondition(rows == columns, "a square matrix")
    return (0..<rows).reduce(0) { $0 + values[$1 * rows + $1] }
  }
}

extension OpenBLAS {
  /// scale · op(A) · op(B).
  package func product(
    _ a: ColumnMatrix, transposingA: Bool = false, _ b: ColumnMatrix, transposingB: Bool = false, scale: Double = 1
  ) -> ColumnMatrix {
    let (rows, inner) = transposingA ? (a.columns, a.rows) : (a.rows, a.columns)
    let columns = transposingB ? b.rows : b.columns
    precondition(inner == (transposingB ? b.columns : b.rows), "as many columns of A as rows of B")
    var result = ColumnMatrix(rows: rows, columns: columns, values: [Double](repeating: 0, count: rows * columns))
    // A leading dimension must be at least 1, even for an empty matrix.
    functions.dgemm(
      Int32(COPENBLAS_COLUMN_MAJOR), Self.operation(transposingA), Self.operation(transposingB), Int32(rows),
      Int32(columns), Int32(inner), scale, a.values, Int32(max(1, a.rows)), b.values, Int32(max(1, b.rows)), 0,
      &result.values, Int32(max(1, rows)))
    return result
  }

  /// L with LLᵀ = M, for a symmetric M without negative eigenvalues. L has as many columns as the numerical rank of M
  /// (Higham 1990, "Analysis of the Cholesky decomposition of a semi-definite matrix"; LAPACK's dpstrf).
  package func factor(_ matrix: ColumnMatrix) -> ColumnMatrix {
    precondition(matrix.rows == matrix.columns, "a square matrix")
    let size = matrix.rows
    let n = [Int32(size)]
    var (rank, info) = (Int32(0), Int32(0))
    var lower = matrix.values
    var pivots = [Int32](repeating: 0, count: size)
    var work = [Double](repeating: 0, count: 2 * size)
    functions.dpstrf("L", n, &lower, n, &pivots, &rank, [-1], &work, &info, 1)  // -1: dpstrf chooses the tolerance
    precondition(info >= 0, "dpstrf: argument \(-info)")
    let columns = Int(rank)
    var factor = ColumnMatrix(rows: size, columns: columns, values: [Double](repeating: 0, count: size * columns))
    for column in 0..<columns {
      for row in column..<size {
        factor.values[column * size + Int(pivots[row]) - 1] = lower[column * size + row]
      }
    }
    return factor
  }

  /// The eigenvalues of a symmetric matrix, in rising order (LAPACK's dsyevd).
  package func eigenvalues(_ matrix: ColumnMatrix) throws(OpenBLASError) -> [Double] {
    precondition(matrix.rows == matrix.columns, "a square matrix")
    guard matrix.rows > 0 else { return [] }
    let n = [Int32(matrix.rows)]
    var info: Int32 = 0
    var scratch = matrix.values
    var found = [Double](repeating: 0, count: matrix.rows)
    // The first call only asks for the size of the work arrays.
    var (count, wholeCount) = (0.0, Int32(0))
    functions.dsyevd("N", "L", n, &scratch, n, &found, &count, [-1], &wholeCount, [-1], &info, 1, 1)
    var work = [Double](repeating: 0, count: Int(count))
    var whole = [Int32](repeating: 0, count: Int(wholeCount))
    functions.dsyevd("N", "L", n, &scratch, n, &found, &work, [Int32(count)], &whole, [wholeCount], &info, 1, 1)
    precondition(info >= 0, "dsyevd: argument \(-info)")
    guard info == 0 else { throw .noConvergence }
    return found
  }
}
