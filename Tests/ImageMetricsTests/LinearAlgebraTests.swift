import Foundation
import LinearAlgebra
import Testing

/// What is taken from OpenBLAS, against known values and definitions.
@Suite struct LinearAlgebraTests {
  private let library: OpenBLAS

  init() throws { library = try OpenBLAS() }

  private func matrix(_ rows: Int, _ columns: Int, _ value: (_ row: Int, _ column: Int) -> Double) -> ColumnMatrix {
    ColumnMatrix(
      rows: rows, columns: columns,
      values: (0..<columns).flatMap { column in (0..<rows).map { value($0, column) } })
  }

  private func isNear(_ one: [Double], _ other: [Double], to error: Double) -> Bool {
    one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) <= error }
  }

  /// 2 on the diagonal and −1 beside it has the eigenvalues 2 − 2 cos(kπ/(n + 1)).
  @Test(arguments: [1, 2, 7, 300])
  func eigenvalues(size: Int) throws {
    let difference = matrix(size, size) { $0 == $1 ? 2 : abs($0 - $1) == 1 ? -1 : 0 }
    let expected = (1...size).map { 2 - 2 * cos(Double($0) * .pi / Double(size + 1)) }
    // LAPACK Users' Guide §4.7: p(n) ε ‖A‖, here with p(n) = n; the norm is below 4.
    #expect(isNear(try library.eigenvalues(difference), expected, to: Double(size) * .ulpOfOne * 4))
  }

  @Test func theFactorOfASingularMatrix() {
    // Of rank 2, with pivots that are not in order.
    let root = matrix(5, 2) { row, column in Double((row * 7 + column * 3) % 5) - 1.5 * Double(column) }
    let square = library.product(root, root, transposingB: true)
    let factor = library.factor(square)
    #expect(factor.rows == 5 && factor.columns == 2)
    // Three roundings an entry in the factor and two in the product, relative to the largest one; what LAPACK takes for
    // zero is n ε of that.
    let error = (5 * 0x1p-53 + 5 * .ulpOfOne) * square.values.max()!
    #expect(isNear(library.product(factor, factor, transposingB: true).values, square.values, to: error))
    #expect(library.factor(matrix(3, 3) { _, _ in 0 }).columns == 0)
  }

  @Test(arguments: [false, true], [false, true])
  func products(transposingA: Bool, transposingB: Bool) {
    let (rows, columns, inner) = (3, 4, 5)
    func a(_ row: Int, _ k: Int) -> Double { Double(row * 3 - k) }
    func b(_ k: Int, _ column: Int) -> Double { Double(k * k - 2 * column) }
    let left = transposingA ? matrix(inner, rows) { a($1, $0) } : matrix(rows, inner, a)
    let right = transposingB ? matrix(columns, inner) { b($1, $0) } : matrix(inner, columns, b)
    let expected = matrix(rows, columns) { row, column in
      0.5 * (0..<inner).reduce(0) { $0 + a(row, $1) * b($1, column) }
    }
    let found = library.product(left, transposingA: transposingA, right, transposingB: transposingB, scale: 0.5)
    #expect(found.values == expected.values, "sums of small whole numbers are exact")
  }
}
