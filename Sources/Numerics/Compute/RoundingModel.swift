/// What rounding is likely to cost a computation in single precision, from its order of operations alone. No figure here is
/// fitted to a CPU or to a library.
///
/// The model (Higham & Mary 2019, SIAM J. Sci. Comput. 41 (5)): every rounding of a value is an independent random
/// number of mean 0 whose variance is `meanSquare` times the value's mean square. A sum's error has the variance of all its
/// roundings together.
///
/// From variances to bounds. Roundings are sub-Gaussian given the operands, and given one of the two operands the values
/// that are rounded are normal numbers, linear in the other. An error e of variance σ² given that operand then has
/// E exp(λ e) ≤ Π (1 − λ² qᵢ)^−½ with Σ qᵢ = σ², whatever the order of summation, and the product is largest for one
/// single qᵢ (its logarithm is convex): an error is at worst distributed as a product of two normal numbers. Its kurtosis is
/// at most 9, and its tail falls as e^−x and not as e^(−x²/2). The variance σ² itself is a weighted sum of n squares of
/// the given operand, of which none has more than twice its share.
package enum RoundingModel {
  /// Unit roundoff.
  package static let unit = 0x1p-24

  /// Variance of a rounding, relative to the square of what is rounded: an error that is uniform within half a unit of
  /// the last place has the variance u² 4ᵉ / 3 for values of exponent e, and the mean of 4ᵉ / x² over a logarithmically
  /// distributed x is 3 / (8 ln 2). For normal numbers of any variance the root of it is off by at most 0.23 %.
  package static let meanSquare = unit * unit / (8 * Elementary.log(2))

  /// γ_n, the most that n roundings change a term by, relatively, if each is of the size u and has the worst sign (Higham 2002,
  /// Accuracy and Stability of Numerical Algorithms, §3.1): the bound where a sum is short or its terms have one sign.
  package static func gamma(_ roundings: Int) -> Double { Double(roundings) * unit / (1 - Double(roundings) * unit) }

  /// Probability that the rounding errors of one comparison exceed their bound by chance.
  package static let risk = 1e-6

  /// What the model may be off by. Sums of two floats err on a coarse grid, where half of their variance more arises (ties)
  /// or none (results of the operands' size); factors of a transform meet several outputs. 5 % of the root mean
  /// square is 10 % of all roundings' variance.
  package static let margin = 1.05

  /// The least x for which |error| > x σ has at most this probability, where σ² is a sum over `terms` products.
  ///
  /// Half of the probability is that of an unusual variance (`excess`), half that of the error given the variance: by
  /// Chernoff 2 inf e^(−λx) (1 − λ²)^−½ over λ.
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

  /// By how much a weighted mean of so many squares of normal numbers exceeds 1 with this probability, where no weight is
  /// above 2 / `values` (Laurent & Massart 2000, Ann. Statist. 28 (5), lemma 1).
  package static func excess(probability: Double, values: Double) -> Double {
    let t = -Elementary.log(probability)
    return 1 + 2 * (2 * t / values).squareRoot() + 4 * t / values
  }

  /// The one safety factor of a root mean square: of `outputs` errors over that which is expected.
  ///
  /// The mean of n squared errors has a standard deviation of √(8 / n), for their kurtosis is at most 9. It is too large
  /// because many of them are (a normal tail), or because a single one is (Mikosch & Nagaev 1998, Extremes 1 (1), on
  /// large deviations of heavy-tailed sums): both are allowed for at once, and besides that all outputs share unusual
  /// operands, each with a third of `risk`.
  ///
  /// - Parameter values: random numbers that the outputs' operands are made of, of the operand that has fewer.
  package static func factor(outputs: Int, values: Double) -> Double {
    let (n, share) = (Double(outputs), risk / 3)
    let many = (-2 * Elementary.log(share) * 8 / n).squareRoot()
    let single = deviations(probability: share / n, terms: .infinity)
    return margin * (excess(probability: share, values: values) * (1 + many + single * single / n)).squareRoot()
  }

  /// Bound of the root mean square of `outputs` errors, each of a sum that has lost so much to rounding.
  ///
  /// - Parameters:
  ///   - loss: variance of all roundings of a sum, in units of `meanSquare`: `SummedProducts.loss`.
  ///   - values: as in `factor`.
  package static func bound(loss: Double, outputs: Int, values: Int) -> Double {
    factor(outputs: outputs, values: Double(values)) * (meanSquare * loss).squareRoot()
  }
}
