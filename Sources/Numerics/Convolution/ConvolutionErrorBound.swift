/// What rounding may cost one pass of a convolution, known before it runs. All figures are relative to the root mean square
/// of outputs, for operands that are independent standard normal numbers; u = 2⁻²⁴ is the unit roundoff.
///
/// `worstCase` is the forward bound of Higham 2002 (Accuracy and Stability of Numerical Algorithms, §3.1) for sums, as
/// Barabasz et al. 2018 (arXiv 1803.10986) have it for Winograd's algorithm in two dimensions, where every rounding is u
/// and has the worst sign:
///
///   |ŷ − y| ≤ γ_N |O| (|M| |x| |M|ᵀ ⊙ |N| |z| |N|ᵀ) |O|ᵀ, γ_N = N u / (1 − N u)
///
/// Here M and N transform the operands and O the products: for `reduce` these are Bᵀ, G and Aᵀ; `expand` and
/// `weightGradient` are the same trilinear form, solved for another of its three factors: G, A, B and Bᵀ, A, Gᵀ. Phases of
/// a stride are summed at the points before one output transform, tiles that overlap (`expand`) and blocks of tiles
/// (`weightGradient`) after it. N is the number of roundings that a term meets: those of the transforms, the length of the
/// products' sums, and of the sums of finished results. For |x| |z| stands what a sum of so many may be.
///
/// `expected` adds up the variances of all roundings, in the order of the kernels (`SummationOrder`), as they arrive in the
/// outputs; `rms` and `largest` are what chance makes of it (`RoundingModel`).
package struct ConvolutionErrorBound: Sendable {
  /// Root mean square of outputs.
  package let scale: Double
  /// Root mean square of the error over all outputs.
  package let expected: Double
  /// Of the root mean square over the compared outputs: `expected` times `RoundingModel.factor`.
  package let rms: Double
  /// Of the error of all compared outputs: the expected error of the map's worst place times `RoundingModel.deviations`, or
  /// the worst case where that is less, for a product or two.
  package let largest: Double
  /// Of any output's error where all roundings conspire.
  package let worstCase: Double

  /// - Parameters:
  ///   - algorithm: one that suits the geometry.
  ///   - samples: of the one shard that the pass is about.
  ///   - outputs: that are compared.
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
      case .reduce: min(geometry.weightCount, samples * geometry.large.sampleCount)
      case .expand: min(geometry.weightCount, samples * geometry.small.sampleCount)
      case .weightGradient: samples * min(geometry.large.sampleCount, geometry.small.sampleCount)
      }
    rms = expected * RoundingModel.factor(outputs: outputs, values: Double(values))
    worstCase = RoundingModel.gamma(roundings + rows.roundings + columns.roundings) * worstSum / scale
    largest = min(
      worstCase, RoundingModel.margin * (RoundingModel.meanSquare * largestSquare).squareRoot() / scale)
  }

  /// What Σ |x| |z| over n pairs of normal numbers exceeds in one of all outputs with a probability of at most
  /// `RoundingModel.risk`: Bernstein's inequality (Boucheron, Lugosi & Massart 2013, Concentration Inequalities, theorem
  /// 2.10) with variance n and scale 1, for (E |x|^q)² ≤ q! / 2.
  private static func likelySum(of terms: Double, _ outputs: Int) -> Double {
    let t = -Elementary.log(RoundingModel.risk / Double(outputs))
    return 2 / .pi * terms + (2 * terms * t).squareRoot() + t
  }
}
