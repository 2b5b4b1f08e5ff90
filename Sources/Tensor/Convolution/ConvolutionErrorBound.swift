/// What rounding may cost one pass of a convolution, known before it runs. All figures are relative to the outputs' root
/// mean square, for operands that are independent standard normal numbers; u = 2⁻²⁴ is the unit roundoff.
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
/// `expected` and `largest` take roundings as independent random numbers of mean 0 and mean square u² / 6 (uniform within
/// ± half a unit of the last place; mantissas logarithmic), the model of Higham & Mary 2019 (SIAM J. Sci. Comput. 41 (5)),
/// and add up the variances with which they arrive in each output: in place of a sum's length comes the root of half
/// of it.
package struct ConvolutionErrorBound: Sendable {
  /// Root mean square of the error over all outputs.
  package let expected: Double
  /// Of the root mean square over all outputs: a quarter above what is expected, for roundings are not quite independent.
  package var rms: Double { 1.25 * expected }
  /// Of any output's error, but for a probability of 3 · 10⁻⁸: the expected error of the worst place of the map times
  /// `deviations`.
  package let largest: Double
  /// Of any output's error where all roundings conspire.
  package let worstCase: Double

  private static let unitRoundoff = 0x1p-24

  /// How many standard deviations a sum of so many products of normal numbers exceeds with a probability below
  /// 2 exp(−6² / 2) = 3 · 10⁻⁸: 6 for very many, more for few, by Bernstein's inequality (Boucheron, Lugosi & Massart
  /// 2013, Concentration Inequalities, §2.8) with variance n and scale 1.
  private static func deviations(products: Double) -> Double {
    let square = 36.0
    return (square / products.squareRoot() + (square * square / products + 4 * square).squareRoot()) / 2
  }

  /// - Parameters:
  ///   - algorithm: one that suits the geometry.
  ///   - samples: of the one shard that the pass is about.
  package init(
    of geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm, _ pass: ConvolutionPass, samples: Int,
    kernels: Kernels
  ) {
    let sums = ProductSums(geometry, algorithm, pass, samples: samples, kernels: kernels)
    let (large, small) = (geometry.large, geometry.small)
    func bound(
      _ kernel: Int, _ large: Int, _ small: Int, _ before: Int
    ) -> (profiles: [RoundingProfile], roundings: Int) {
      guard let tile = sums.tile else {
        let profiles = RoundingProfile.withoutTransforms(
          pass, kernel: kernel, stride: geometry.stride, large: large, small: small, before: before)
        return (profiles, 0)
      }
      let bound = WinogradErrorBound(
        pass, tile: tile, kernel: kernel, stride: geometry.stride, large: large, small: small, before: before)
      return (Array(bound.profiles.values), bound.roundings)
    }
    let rows = bound(geometry.kernelHeight, large.height, small.height, geometry.top)
    let columns = bound(geometry.kernelWidth, large.width, small.width, geometry.left)
    var (truth, error, largestSquare, worstSum, mostParts) = (0.0, 0.0, 0.0, 0.0, 1.0)
    for row in rows.profiles {
      for column in columns.profiles {
        let parts = sums.parts ?? row.parts * column.parts
        let terms = row.terms * column.terms
        // Of parts that are alike, 2, 3, … are added up.
        let additions = parts > 1 ? (parts + 1) / 2 - 1 / parts : 0
        let lost =
          row.inputs * column.terms + row.products * column.inputs
          + row.products * column.products * sums.lossOfProducts
          + row.outputs * column.products + row.terms * column.outputs + terms * additions
        truth += terms
        error += lost
        let products = max(1, terms * Double(sums.operands))
        let deviations = Self.deviations(products: products)
        largestSquare = max(largestSquare, lost * deviations * deviations)
        let mean = 2 / Double.pi
        let likely = mean + deviations * ((1 - mean * mean) / products).squareRoot()
        worstSum = max(worstSum, likely * row.absolute * column.absolute)
        mostParts = max(mostParts, parts)
      }
    }
    let outputs = Double(rows.profiles.count * columns.profiles.count)
    let meanSquare = Self.unitRoundoff * Self.unitRoundoff / 6
    expected = (meanSquare * error / truth).squareRoot()
    largest = (meanSquare * largestSquare * outputs / truth).squareRoot()
    let roundings = Double(rows.roundings + columns.roundings + sums.length) + mostParts - 1
    let gamma = roundings * Self.unitRoundoff / (1 - roundings * Self.unitRoundoff)
    worstCase = gamma * worstSum * (Double(sums.operands) * outputs / truth).squareRoot()
  }
}

/// How the products of a pass are summed.
private struct ProductSums {
  /// Channels or samples over which each of the profiles' terms is summed.
  let operands: Int
  /// Terms of the longest chain of multiply-adds.
  let length: Int
  /// Finished results that are added up, where their number is the same for all outputs.
  let parts: Double?
  /// Outputs of a Winograd tile in one dimension.
  let tile: Int?
  private let isFused: Bool

  /// Variance of the roundings of a chain over that of its result. A chain of n terms rounds sums of 1, 2, … n.
  var lossOfProducts: Double { Double(length + 1) / 2 + (isFused ? 0 : 1) }

  init(
    _ geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm, _ pass: ConvolutionPass, samples: Int,
    kernels: Kernels
  ) {
    isFused = kernels.instructionSet != .baseline
    // Planned, but without memory to run in.
    let arena = Arena()
    let planned = algorithm.plan(
      geometry, shards: 1, kernels: kernels, threads: Threads(count: 1),
      workspace: Workspace(threads: 1, arena: arena), arena: arena)
    let winograd = planned as? WinogradConvolution
    tile = winograd?.tiling.tile
    switch pass {
    case .reduce:
      operands = geometry.large.channels
      length = winograd?.tiling.innerSizes.max() ?? geometry.patch
      parts = 1
    case .expand:
      operands = geometry.small.channels
      length = geometry.small.channels
      // Taps or tiles that meet in a pixel.
      parts = nil
    case .weightGradient:
      operands = samples
      let rows = samples * (winograd?.tiling.tilesPerSample ?? geometry.small.area)
      // Direct products are cut as `DirectConvolution` cuts them.
      length = min(
        rows,
        winograd?.tilesPerBlock
          ?? (algorithm == .direct ? DirectConvolution.rowsPerSum : geometry.samplesPerSum * geometry.small.area))
      parts = Double((rows + length - 1) / length)
    }
  }
}

extension RoundingProfile {
  /// The figures of each row or column of outputs where nothing is transformed: the number of taps that it sees.
  fileprivate static func withoutTransforms(
    _ pass: ConvolutionPass, kernel: Int, stride: Int, large: Int, small: Int, before: Int
  ) -> [RoundingProfile] {
    var taps: [Int: Double] = [:]
    for place in 0..<small {
      for tap in 0..<kernel {
        let pixel = place * stride - before + tap
        guard (0..<large).contains(pixel) else { continue }
        switch pass {
        case .reduce: taps[place, default: 0] += 1
        case .expand: taps[pixel, default: 0] += 1
        case .weightGradient: taps[tap, default: 0] += 1
        }
      }
    }
    return taps.values.map { RoundingProfile(terms: $0, products: $0, absolute: $0, parts: $0) }
  }
}
