/// The rounding figures of one row (or one column) of a convolution's outputs, for independent operands of variance 1.
/// Transforms act on rows, then on columns, so the loss of an output is a sum of products of a row's and a column's
/// figures.
struct RoundingProfile: Hashable {
  /// One of the parts that are summed one after the other: taps, phases of a stride, pixels or tiles.
  struct Part: Hashable {
    /// Number of terms in its sum, which is its variance.
    var terms: Double
    /// Variance of the products at each point, multiplied by its squared factor in the output transform.
    var products: [Double]
  }

  private(set) var parts: [Part] = []
  /// Number of terms in the sum, which is its variance.
  private(set) var terms = 0.0
  /// Variance of all parts' products.
  private(set) var products = 0.0
  /// Variance of all rounded values in the transforms of the two operands, as it arrives in the output.
  var inputs = 0.0
  /// Variance of all rounded values in the output transform.
  var outputs = 0.0
  /// The sum of the products' absolute values over all points, |O| (|M| |x| ⊙ |N| |y|) for operands of ones.
  var absolute = 0.0

  mutating func add(_ part: Part) {
    parts.append(part)
    terms += part.terms
    products += part.products.reduce(0, +)
  }
}

/// The figures of all rows, or of all columns, of outputs.
struct RoundingProfiles {
  /// How many rows, or columns, have each profile.
  var counts: [RoundingProfile: Int] = [:]
  /// The most roundings that a term meets in the transforms.
  var roundings = 0
}

/// The figures of Winograd's algorithm, computed from its matrices. With the points i, the operands' matrices M and N
/// and the output's matrix O:
///
///   terms     Σ over inputs a, b of (Σ_i O_i M_ia N_ib)², which is the number of terms
///   products  Σ_i O_i² ‖M_i‖² ‖N_i‖²
///   inputs    Σ_i O_i² (ρ(M_i) ‖N_i‖² + ‖M_i‖² ρ(N_i)) with ρ the variance of all rounded partial sums
///   outputs   Σ over k of Σ over i, j ≤ k of O_i O_j ⟨M_i, M_j⟩ ⟨N_i, N_j⟩: all partial sums
///   absolute  Σ_i |O_i| ‖M_i‖₁ ‖N_i‖₁ (Barabasz et al. 2018, arXiv 1803.10986)
struct WinogradErrorBound {
  var profiles: RoundingProfiles {
    var profiles = RoundingProfiles(roundings: roundings)
    for profile in positions { profiles.counts[profile, default: 0] += 1 }
    return profiles
  }

  /// One profile for each row or column of outputs.
  private var positions: [RoundingProfile]
  private var roundings = 0
  private let isFused: Bool

  /// - Parameters:
  ///   - kernel, large, small, before: sizes and padding of the rows, or of the columns.
  ///   - isFused: whether a multiply-add is rounded once.
  init(
    _ pass: ConvolutionPass, tile: Int, kernel: Int, stride: Int, large: Int, small: Int, before: Int, isFused: Bool
  ) {
    self.isFused = isFused
    let outputs = pass == .forward ? small : pass == .backwardData ? large : kernel
    positions = [RoundingProfile](repeating: RoundingProfile(), count: outputs)
    let whole = ToomCookMatrices(tile: tile, taps: (kernel + stride - 1) / stride)
    for phase in 0..<stride {
      let taps = (kernel - phase + stride - 1) / stride
      let matrices = ToomCookMatrices(tile: tile, taps: taps)
      // The points of a phase with fewer taps are a subset: the rows of the other points are zeros.
      func placed(_ matrix: [[Double]]) -> [[Double]] {
        let zeros = [Double](repeating: 0, count: matrix[0].count)
        let others = [[Double]](repeating: zeros, count: whole.input.count - matrix.count)
        return matrix.dropLast() + others + [matrix.last!]
      }
      let weights = placed(matrices.weights)
      for first in Swift.stride(from: 0, to: small, by: tile) {
        func pixel(_ input: Int) -> Int { (first + input) * stride - before + phase }
        let input = Self.masked(placed(matrices.input)) { (0..<large).contains(pixel($0)) }
        let output = Self.masked(whole.output) { first + $0 < small }
        switch pass {
        case .forward:
          for place in 0..<min(tile, small - first) { add(first + place, weights, input, output, place) }
        case .backwardData:
          for place in matrices.input.indices where (0..<large).contains(pixel(place)) {
            add(pixel(place), weights, output, input, place)
          }
        case .backwardWeights:
          for tap in 0..<taps { add(phase + tap * stride, input, output, weights, tap) }
        }
      }
    }
  }

  /// The matrix with zeros in the columns whose inputs are outside of the map.
  private static func masked(_ matrix: [[Double]], _ isThere: (Int) -> Bool) -> [[Double]] {
    matrix.map { row in row.enumerated().map { isThere($0.offset) ? $0.element : 0 } }
  }

  private mutating func add(
    _ position: Int, _ first: [[Double]], _ second: [[Double]], _ output: [[Double]], _ column: Int
  ) {
    var (path, outputs) = (0, Row(isFused: isFused))
    var products = [Double](repeating: 0, count: output.count)
    var summed: [Int] = []
    var variance = 0.0
    for (point, row) in output.enumerated() where row[column] != 0 {
      let factor = row[column]
      let (one, other) = (Row(first[point], isFused: isFused), Row(second[point], isFused: isFused))
      products[point] = factor * factor * one.variance * other.variance
      positions[position].inputs +=
        factor * factor * (one.rounded * other.variance + one.variance * other.rounded)
      positions[position].absolute += abs(factor) * one.absolute * other.absolute
      path = max(path, one.roundings + other.roundings)
      let covariance = summed.reduce(0) {
        $0 + output[$1][column] * dot(first[$1], first[point]) * dot(second[$1], second[point])
      }
      variance += products[point] + 2 * factor * covariance
      summed.append(point)
      outputs.add(factor, product: products[point], sum: variance)
    }
    positions[position].outputs += outputs.rounded
    positions[position].add(RoundingProfile.Part(terms: max(0, variance.rounded()), products: products))
    roundings = max(roundings, path + outputs.roundings)
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  /// One sum of a transform, as the kernels compute it: term by term, the first without an addition. A product is
  /// rounded if it begins a sum or is not fused with the addition. Products by powers of two are exact.
  private struct Row {
    var variance = 0.0
    var absolute = 0.0
    /// Variance of all rounded values.
    var rounded = 0.0
    /// Roundings that a term meets.
    var roundings: Int { max(0, terms - 1) + (hasProducts ? 1 : 0) + (hasFractions ? 1 : 0) }
    private var terms = 0
    private var hasProducts = false
    private var hasFractions = false
    private let isFused: Bool

    init(isFused: Bool) { self.isFused = isFused }

    /// The sum of inputs of variance 1.
    init(_ factors: [Double], isFused: Bool) {
      self.isFused = isFused
      for factor in factors where factor != 0 {
        variance += factor * factor
        absolute += abs(factor)
        add(factor, product: factor * factor, sum: variance)
      }
    }

    mutating func add(_ factor: Double, product: Double, sum: Double) {
      if factor.significand != 1, terms == 0 || !isFused {
        hasProducts = true
        rounded += product
      }
      // The factor itself is rounded to a float, alike for all outputs.
      let fraction = Double(Float(factor)) / factor - 1
      if abs(fraction) > 1e-12 {
        hasFractions = true
        rounded += product * fraction * fraction / RoundingModel.meanSquare
      }
      if terms > 0 { rounded += sum }
      terms += 1
    }
  }
}
