import Tensor

/// The Fréchet distance between two sets of features as if each were normally distributed (Dowson & Landau 1982; Heusel et al.
/// 2017, section 3, with an Inception network's features): |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½).
package enum FrechetDistance {
  /// Features: one row a picture, `dimension` numbers each; two rows at least.
  package static func between(_ one: [Float], _ other: [Float], dimension: Int, threads: Threads) -> Double {
    let (a, b) = (Moments(one, dimension, threads), Moments(other, dimension, threads))
    let apart = zip(a.mean, b.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    // Σ₁ = LLᵀ: Σ₁Σ₂ has the eigenvalues of LᵀΣ₂L, which is symmetric and has no negative ones.
    let factor = a.covariance.factor(threads)
    let product = b.covariance.congruent(factor, threads)
    let roots = product.eigenvalues(threads).reduce(0) { $0 + max($1, 0).squareRoot() }
    return max(apart + a.covariance.trace + b.covariance.trace - 2 * roots, 0)
  }

  private struct Moments {
    var mean: [Double]
    /// Divided by one less than the rows.
    var covariance: SymmetricMatrix

    init(_ features: [Float], _ dimension: Int, _ threads: Threads) {
      let rows = features.count / dimension
      precondition(rows > 1 && features.count == rows * dimension, "two rows of features at least")
      var mean = [Double](repeating: 0, count: dimension)
      for row in 0..<rows { for i in 0..<dimension { mean[i] += Double(features[row * dimension + i]) } }
      for i in 0..<dimension { mean[i] /= Double(rows) }
      var centred = [Double](repeating: 0, count: features.count)
      for row in 0..<rows {
        for i in 0..<dimension { centred[row * dimension + i] = Double(features[row * dimension + i]) - mean[i] }
      }
      self.mean = mean
      covariance = SymmetricMatrix(size: dimension)
      covariance.values.withUnsafeMutableBufferPointer { values in
        threads.forEach(dimension) { i, _ in
          let line = UnsafeMutableBufferPointer(rebasing: values[i * dimension..<(i + 1) * dimension])
          for row in 0..<rows {
            let factor = centred[row * dimension + i] / Double(rows - 1)
            for j in 0..<dimension { line[j] += factor * centred[row * dimension + j] }
          }
        }
      }
    }
  }
}
