import Glibc
import Tensor

/// A symmetric matrix in double precision, all of it stored, row by row.
///
/// Its own arithmetic rather than LAPACK's, whose interface is linked by nothing else here: 2,048 rows take seconds.
struct SymmetricMatrix {
  let size: Int
  var values: [Double]

  init(size: Int, values: [Double]? = nil) {
    self.size = size
    self.values = values ?? [Double](repeating: 0, count: size * size)
  }

  var trace: Double { (0..<size).reduce(0) { $0 + values[$1 * size + $1] } }

  /// A matrix L with `columns` columns.
  struct Factor {
    let columns: Int
    /// Row by row.
    var values: [Double]
  }

  /// L with LLᵀ = self, which has no negative eigenvalues: Cholesky's, taking the largest remaining diagonal element first, and
  /// ending where only rounding is left (Higham 1990, "Analysis of the Cholesky decomposition of a semi-definite matrix").
  func factor(_ threads: Threads) -> Factor {
    var rest = (0..<size).map { values[$0 * size + $0] }
    let least = (rest.max() ?? 0) * Double(size) * .ulpOfOne
    // By columns while it grows.
    var columns: [[Double]] = []
    while columns.count < size {
      let pivot = rest.indices.max { rest[$0] < rest[$1] }!
      guard rest[pivot] > least else { break }
      let root = rest[pivot].squareRoot()
      var column = Array(values[pivot * size..<(pivot + 1) * size])
      column.withUnsafeMutableBufferPointer { column in
        for earlier in columns {
          let factor = earlier[pivot]
          if factor == 0 { continue }
          for i in 0..<size { column[i] -= factor * earlier[i] }
        }
        for i in 0..<size { column[i] /= root }
      }
      for i in 0..<size { rest[i] -= column[i] * column[i] }
      rest[pivot] = -.infinity
      columns.append(column)
    }
    let count = max(columns.count, 1)
    var factor = Factor(columns: count, values: [Double](repeating: 0, count: size * count))
    for (k, column) in columns.enumerated() { for i in 0..<size { factor.values[i * count + k] = column[i] } }
    return factor
  }

  /// LᵀML, where M is this matrix.
  func congruent(_ factor: Factor, _ threads: Threads) -> SymmetricMatrix {
    let (size, columns) = (size, factor.columns)
    var half = [Double](repeating: 0, count: size * columns)  // ML
    half.withUnsafeMutableBufferPointer { half in
      threads.forEach(size) { i, _ in
        let line = UnsafeMutableBufferPointer(rebasing: half[i * columns..<(i + 1) * columns])
        for k in 0..<size {
          let scale = values[i * size + k]
          for j in 0..<columns { line[j] += scale * factor.values[k * columns + j] }
        }
      }
    }
    var result = SymmetricMatrix(size: columns)
    result.values.withUnsafeMutableBufferPointer { values in
      threads.forEach(columns) { i, _ in
        let line = UnsafeMutableBufferPointer(rebasing: values[i * columns..<(i + 1) * columns])
        for k in 0..<size {
          let scale = factor.values[k * columns + i]
          for j in 0..<columns { line[j] += scale * half[k * columns + j] }
        }
      }
    }
    return result
  }

  /// In no order: Householder's reflections to tridiagonal form, then implicit QL steps (Golub & Van Loan, "Matrix
  /// computations", sections 8.3.1 and 8.3.3).
  func eigenvalues(_ threads: Threads) -> [Double] {
    var (diagonal, beside) = tridiagonal(threads)
    for first in diagonal.indices {
      while true {
        let last = Self.endOfBlock(from: first, diagonal, beside)
        if last == first { break }
        Self.step(first, last, &diagonal, &beside)
      }
    }
    return diagonal
  }

  /// The diagonal, and what stands beside it, with a 0 at the end.
  private func tridiagonal(_ threads: Threads) -> (diagonal: [Double], beside: [Double]) {
    var matrix = values
    var (diagonal, beside) = ([Double](repeating: 0, count: size), [Double](repeating: 0, count: size))
    var normal = [Double](repeating: 0, count: size)
    var image = [Double](repeating: 0, count: size)
    let size = size
    for k in 0..<size {
      diagonal[k] = matrix[k * size + k]
      guard k + 1 < size else { break }
      let rest = k + 1..<size
      let length = rest.reduce(0) { $0 + matrix[k * size + $1] * matrix[k * size + $1] }.squareRoot()
      let head = matrix[k * size + k + 1]
      let target = head > 0 ? -length : length
      beside[k] = target
      for i in rest { normal[i] = matrix[k * size + i] }
      normal[k + 1] -= target
      let square = rest.reduce(0) { $0 + normal[$1] * normal[$1] }
      if square == 0 || k + 2 == size {
        if k + 2 == size { beside[k] = head }
        continue
      }
      let scale = 1 / square.squareRoot()
      for i in rest { normal[i] *= scale }
      // A ← A − vwᵀ − wvᵀ with w = p − (vᵀp)v and p = 2Av.
      matrix.withUnsafeMutableBufferPointer { matrix in
        image.withUnsafeMutableBufferPointer { image in
          normal.withUnsafeBufferPointer { normal in
            let blocks = (rest.count + 63) / 64
            threads.forEach(blocks) { block, _ in
              for i in k + 1 + block * 64..<min(k + 1 + block * 64 + 64, size) {
                image[i] = 2 * Self.product(matrix.baseAddress! + i * size, normal.baseAddress!, rest)
              }
            }
            let along = Self.product(image.baseAddress!, normal.baseAddress!, rest)
            for i in rest { image[i] -= along * normal[i] }
            threads.forEach(blocks) { block, _ in
              for i in k + 1 + block * 64..<min(k + 1 + block * 64 + 64, size) {
                let line = matrix.baseAddress! + i * size
                let (v, w) = (normal[i], image[i])
                for j in rest { line[j] -= v * image[j] + w * normal[j] }
              }
            }
          }
        }
      }
    }
    return (diagonal, beside)
  }

  private static func product(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ range: Range<Int>) -> Double {
    var sums = SIMD8<Double>()
    var place = range.lowerBound
    while place + 8 <= range.upperBound {
      sums +=
        UnsafeRawPointer(a + place).loadUnaligned(as: SIMD8<Double>.self)
        * UnsafeRawPointer(b + place).loadUnaligned(as: SIMD8<Double>.self)
      place += 8
    }
    var sum = sums.sum()
    while place < range.upperBound {
      sum += a[place] * b[place]
      place += 1
    }
    return sum
  }

  /// Where the part that begins at `first` falls apart from what follows.
  private static func endOfBlock(from first: Int, _ diagonal: [Double], _ beside: [Double]) -> Int {
    var last = first
    while last + 1 < diagonal.count,
      abs(beside[last]) > .ulpOfOne * (abs(diagonal[last]) + abs(diagonal[last + 1]))
    {
      last += 1
    }
    return last
  }

  /// One implicit QL step with Wilkinson's shift on the part `first`…`last`.
  private static func step(_ first: Int, _ last: Int, _ diagonal: inout [Double], _ beside: inout [Double]) {
    let half = (diagonal[first + 1] - diagonal[first]) / (2 * beside[first])
    let shift = diagonal[first] - beside[first] / (half + (half < 0 ? -1 : 1) * hypot(half, 1))
    var bulge = diagonal[last] - shift
    var (sine, cosine, carried) = (1.0, 1.0, 0.0)
    for i in stride(from: last - 1, through: first, by: -1) {
      let (outer, inner) = (sine * beside[i], cosine * beside[i])
      let length = hypot(outer, bulge)
      beside[i + 1] = length
      if length == 0 {
        diagonal[i + 1] -= carried
        beside[last] = 0
        return
      }
      (sine, cosine) = (outer / length, bulge / length)
      let above = diagonal[i + 1] - carried
      let mixed = (diagonal[i] - above) * sine + 2 * cosine * inner
      carried = sine * mixed
      diagonal[i + 1] = above + carried
      bulge = cosine * mixed - inner
    }
    diagonal[first] -= carried
    beside[first] = bulge
    beside[last] = 0
  }
}
