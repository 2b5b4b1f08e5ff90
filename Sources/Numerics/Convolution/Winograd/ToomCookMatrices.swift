/// The matrices of Toom–Cook's algorithm in one dimension, y = Aᵀ[(G w) ⊙ (Bᵀ x)], derived from its points:
/// the tables of winograd_matrices.inc before rounding to floats.
package struct ToomCookMatrices: Sendable {
  /// A [point][output].
  package let output: [[Double]]
  /// Bᵀ [point][input].
  package let input: [[Double]]
  /// G [point][tap].
  package let weights: [[Double]]

  /// The finite points in the order of use; ∞ is always the last.
  private static let points = [0, 1, -1, 0.5, -2, -0.5, 2]

  /// - Parameters:
  ///   - tile: number of outputs.
  ///   - taps: of the kernel; `tile` + `taps` ≤ 9.
  package init(tile: Int, taps: Int) {
    let points = Self.points.prefix(tile + taps - 2)
    let count = points.count + 1
    precondition(count == tile + taps - 1, "there are \(Self.points.count) finite points")
    func powers(_ point: Double, _ count: Int) -> [Double] {
      (1..<count).reduce(into: [1]) { powers, _ in powers.append(powers.last! * point) }
    }
    func infinity(_ count: Int) -> [Double] { [Double](repeating: 0, count: count - 1) + [1] }
    // Coefficients of Π (x − root), the lowest first, padded with zeros to `count`.
    func polynomial(_ roots: [Double]) -> [Double] {
      var coefficients = [1.0]
      for root in roots { coefficients = zip(coefficients + [0], [0] + coefficients).map { $1 - root * $0 } }
      return coefficients + [Double](repeating: 0, count: count - coefficients.count)
    }
    output = points.map { powers($0, tile) } + [infinity(tile)]
    input = points.map { own in polynomial(points.filter { $0 != own }) } + [polynomial(Array(points))]
    weights =
      points.map { own in
        let scale = points.reduce(1) { $1 == own ? $0 : $0 * (own - $1) }
        return powers(own, taps).map { $0 / scale }
      } + [infinity(taps)]
  }
}
