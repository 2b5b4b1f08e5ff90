/// The likely rounding error of a computation in single precision, derived from its order of operations alone. No
/// figure is fitted to a CPU or to a library.
///
/// The model (Higham & Mary 2019, SIAM J. Sci. Comput. 41 (5)): every rounding of a value is an independent random
/// number of mean 0 whose variance is `meanSquare` times the value's mean square. A sum's error has the variance of all
/// its roundings together.
///
/// From variances to bounds. Roundings are sub-Gaussian given the operands. Given one of the two operands, the rounded
/// values are normal numbers, linear in the other operand. An error e of variance σ² given that operand then has E
/// exp(λ e) ≤ Π (1 − λ² qᵢ)^−½ with Σ qᵢ = σ², for any order of summation. The product is largest for one single qᵢ
/// (its logarithm is convex): in the worst case an error is distributed as a product of two normal numbers. Its
/// kurtosis is at most 9, and its tail falls as e^−x, not as e^(−x²/2). The variance σ² itself is a weighted sum of n
/// squares of the given operand, none with more than twice its share.
package enum RoundingModel {
  /// Unit roundoff.
  package static let unit = 0x1p-24

  /// Variance of a rounding, relative to the square of the rounded value. An error that is uniform within half a unit
  /// of the last place has the variance u² 4ᵉ / 3 for values of exponent e, and the mean of 4ᵉ / x² over a
  /// logarithmically distributed x is 3 / (8 ln 2). For normal numbers of any variance its root is off by at most 0.23
  /// %.
  package static let meanSquare = unit * unit / (8 * Elementary.log(2))

  /// γ_n, the largest relative change of a term by n roundings of the size u and the worst sign (Higham 2002, Accuracy
  /// and Stability of Numerical Algorithms, §3.1): the bound for short sums and for terms of equal sign.
  package static func gamma(_ roundings: Int) -> Double { Double(roundings) * unit / (1 - Double(roundings) * unit) }

  /// Probability that the rounding errors of one comparison exceed their bound by chance.
  package static let risk = 1e-6

  /// Allowance for the model's own error. The error of a sum of two floats lies on a coarse grid: its variance may be
  /// half as much again (ties) or 0 (results of the operands' size). Factors of a transform contribute to several
  /// outputs. 5 % of the root mean square is 10 % of the variance of all roundings.
  package static let margin = 1.05

  /// The least x for which |error| > x σ has at most this probability, where σ² is a sum over `terms` products.
  ///
  /// Half of the probability is for an unusual variance (`excess`), half for the error given the variance: Chernoff's
  /// bound 2 inf e^(−λx) (1 − λ²)^−½ over λ.
  package static func deviations(probability: Double, terms: Double) -> Double {
    let wanted = Elementary.log(probability / 4)
    func logarithm(_ x: Double) -> Double {
      let lambda = (-1 / x + (1 / (x * x) + 4).squareRoot()) / 2
      return -lambda * x - 0.5 * Elementary.log(1 - lambda * lambda)
    }
    var (low, high) = (1.0, 1000.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if logarithm(middle) > wanted { low = middle } else { high = middle }
    }
    return high * excess(probability: probability / 2, values: terms).squareRoot()
  }

  /// The value that a weighted mean of squares of normal numbers exceeds with at most this probability, if no weight is
  /// above 2 / `values` (Laurent & Massart 2000, Ann. Statist. 28 (5), lemma 1).
  package static func excess(probability: Double, values: Double) -> Double {
    let t = -Elementary.log(probability)
    return 1 + 2 * (2 * t / values).squareRoot() + 4 * t / values
  }

  /// The safety factor of a root mean square: bound of the root mean square of `outputs` errors, over the expected one.
  ///
  /// The mean of n squared errors has a standard deviation of √(8 / n), since their kurtosis is at most 9. It is too
  /// large if many of them are (a normal tail), or if a single one is (Mikosch & Nagaev 1998, Extremes 1 (1), on large
  /// deviations of heavy-tailed sums), or if all outputs share unusual operands. The factor allows for all three, each
  /// with a third of `risk`.
  ///
  /// - Parameter values: number of random values in the smaller of the two operands.
  package static func factor(outputs: Int, values: Double) -> Double {
    let (n, share) = (Double(outputs), risk / 3)
    let many = (-2 * Elementary.log(share) * 8 / n).squareRoot()
    let single = deviations(probability: share / n, terms: .infinity)
    return margin * (excess(probability: share, values: values) * (1 + many + single * single / n)).squareRoot()
  }

  /// Bound of the root mean square of `outputs` errors, each of a sum with this loss.
  ///
  /// - Parameters:
  ///   - loss: variance of all roundings of a sum, in units of `meanSquare`: `SummedProducts.loss`.
  ///   - values: as in `factor`.
  package static func bound(loss: Double, outputs: Int, values: Int) -> Double {
    factor(outputs: outputs, values: Double(values)) * (meanSquare * loss).squareRoot()
  }
}
