import LinearAlgebra

/// The Fréchet distance between two sets of features as if each were normally distributed (Dowson & Landau 1982; Heusel
/// et al. 2017, section 3, with an Inception network's features): |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½).
package enum FrechetDistance {
  /// Features: one row per image, `dimension` numbers each; two rows at least.
  package static func between(
    _ one: [Float], _ other: [Float], dimension: Int, by library: OpenBLAS
  ) throws(OpenBLASError) -> Double {
    let (a, b) = (Moments(one, dimension, library), Moments(other, dimension, library))
    let apart = zip(a.mean, b.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    // Σ₁ = LLᵀ: Σ₁Σ₂ has the eigenvalues of LᵀΣ₂L, which is symmetric and has no negative ones.
    let factor = library.factor(a.covariance)
    let product = library.product(factor, transposingA: true, library.product(b.covariance, factor))
    let roots = try library.eigenvalues(product).reduce(0) { $0 + max($1, 0).squareRoot() }
    return max(apart + a.covariance.trace + b.covariance.trace - 2 * roots, 0)
  }

  private struct Moments {
    var mean: [Double]
    /// Divided by one less than the rows.
    let covariance: ColumnMatrix

    init(_ features: [Float], _ dimension: Int, _ library: OpenBLAS) {
      let rows = features.count / dimension
      precondition(rows > 1 && features.count == rows * dimension, "two rows of features at least")
      mean = [Double](repeating: 0, count: dimension)
      for row in 0..<rows { for i in 0..<dimension { mean[i] += Double(features[row * dimension + i]) } }
      for i in 0..<dimension { mean[i] /= Double(rows) }
      // An image a column.
      var centred = ColumnMatrix(rows: dimension, columns: rows, values: features.map(Double.init))
      for row in 0..<rows { for i in 0..<dimension { centred.values[row * dimension + i] -= mean[i] } }
      covariance = library.product(centred, centred, transposingB: true, scale: 1 / Double(rows - 1))
    }
  }
}
