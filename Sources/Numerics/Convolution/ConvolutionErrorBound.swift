/// Bounds of the rounding error of one pass of a convolution, known before it runs. All figures are relative to the
/// root mean square of the outputs, for operands that are independent standard normal numbers; u = 2⁻²⁴ is the unit
/// roundoff.
///
/// `worstCase` is the forward bound of Higham 2002 (Accuracy and Stability of Numerical Algorithms, §3.1) for sums, in
/// the form that Barabasz et al. 2018 (arXiv 1803.10986) give for Winograd's algorithm in two dimensions. Every
/// rounding is taken as u with the worst sign:
///
///   |ŷ − y| ≤ γ_N |O| (|M| |x| |M|ᵀ ⊙ |N| |z| |N|ᵀ) |O|ᵀ, γ_N = N u / (1 − N u)
///
/// M and N transform the operands and O the products. For `forward` these are Bᵀ, G and Aᵀ. `backwardData` and
/// `backwardWeights` are the same trilinear form solved for another of its three factors: G, A, B and Bᵀ, A, Gᵀ. Phases
/// of a stride are summed at the points, before one output transform. Overlapping tiles (`backwardData`) and blocks of
/// tiles (`backwardWeights`) are summed after it. N is the number of roundings that a term meets: in the transforms, in
/// the sums of products and in the sums of finished results. The sum of |x| |z| is replaced by a bound that holds with
/// high probability (`likelySum`).
///
/// `expected` adds up the variances of all roundings as they arrive in the outputs, in the kernels' order of summation
/// (`SummationOrder`). `rms` and `largest` allow for chance (`RoundingModel`).
package struct ConvolutionErrorBound: Sendable {
  /// Expected root mean square of the outputs.
  package let scale: Double
  /// Expected root mean square of the error over all outputs.
  package let expected: Double
  /// Bound of the root mean square of the error over the compared outputs: `expected` times `RoundingModel.factor`.
  package let rms: Double
  /// Bound of the largest error of the compared outputs: the expected error of the map's worst place times
  /// `RoundingModel.deviations`, or `worstCase` if that is less, as for sums of one or two products.
  package let largest: Double
  /// Bound of any output's error if every rounding has the worst size and sign.
  package let worstCase: Double

  /// - Parameters:
  ///   - algorithm: must suit the geometry.
  ///   - samples: of the one shard.
  ///   - outputs: how many outputs are compared.
  package init(
    of geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm, _ pass: ConvolutionPass, samples: Int,
    outputs: Int, kernels: Kernels
  ) {
    let order = SummationOrder(geometry, algorithm, pass, samples: samples, kernels: kernels)
    let (rows, columns) = order.profiles
    var (truth, error, largestSquare, worstSum, roundings, count) = (0.0, 0.0, 0.0, 0.0, 0, 0)
    for (row, rowCount) in rows.counts {
      for (column, columnCount) in columns.counts {
        let loss = order.loss(row, column)
        let terms = row.terms * column.terms * Double(order.operands)
        truth += terms * Double(rowCount * columnCount)
        error += loss.variance * Double(rowCount * columnCount)
        count += rowCount * columnCount
        guard terms > 0 else { continue }
        let deviations = RoundingModel.deviations(probability: RoundingModel.risk / Double(outputs), terms: terms)
        largestSquare = max(largestSquare, loss.variance * deviations * deviations)
        worstSum = max(
          worstSum, Self.likelySum(of: terms, outputs) / terms * row.absolute * column.absolute * Double(order.operands)
        )
        roundings = max(roundings, loss.longestPath)
      }
    }
    scale = (truth / Double(count)).squareRoot()
    expected = (RoundingModel.meanSquare * error / truth).squareRoot()
    let values =
      switch pass {
      case .forward: min(geometry.weightCount, samples * geometry.large.sampleCount)
      case .backwardData: min(geometry.weightCount, samples * geometry.small.sampleCount)
      case .backwardWeights: samples * min(geometry.large.sampleCount, geometry.small.sampleCount)
      }
    rms = expected * RoundingModel.factor(outputs: outputs, values: Double(values))
    worstCase = RoundingModel.gamma(roundings + rows.roundings + columns.roundings) * worstSum / scale
    largest = min(
      worstCase, RoundingModel.margin * (RoundingModel.meanSquare * largestSquare).squareRoot() / scale)
  }

  /// A bound of Σ |x| |z| over n pairs of normal numbers. Any of the outputs exceeds it with a probability of at most
  /// `RoundingModel.risk`: Bernstein's inequality (Boucheron, Lugosi & Massart 2013, Concentration Inequalities,
  /// theorem 2.10) with variance n and scale 1, since (E |x|^q)² ≤ q! / 2.
  private static func likelySum(of terms: Double, _ outputs: Int) -> Double {
    let t = -Elementary.log(RoundingModel.risk / Double(outputs))
    return 2 / .pi * terms + (2 * terms * t).squareRoot() + t
  }
}
