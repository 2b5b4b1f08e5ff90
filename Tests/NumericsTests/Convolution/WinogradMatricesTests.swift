import Foundation
import Numerics
import Testing

/// The matrices of Winograd's transforms.
@Suite struct WinogradMatricesTests {
  /// Every table of the C kernels equals the matrix derived from the points.
  @Test func tablesAreThePointsMatrices() throws {
    let file = URL(filePath: #filePath).appending(path: "../../../../Sources/CKernels/winograd_matrices.inc")
      .standardized
    let text = try String(contentsOf: file, encoding: .utf8)
    let table = #/static const float (input|weights|output)_(\d)(?:_(\d))?\[\] = \{([^}]*)\}/#
    var tables = 0
    for match in text.matches(of: table) {
      let points = Int(match.2)!
      let size = match.3.flatMap { Int($0) } ?? 1
      let matrices = ToomCookMatrices(
        tile: match.1 == "output" ? size : points - size + 1,
        taps: match.1 == "output" ? points - size + 1 : size)
      let truth = match.1 == "input" ? matrices.input : match.1 == "output" ? matrices.output : matrices.weights
      let found = match.4.split(separator: ",").map { entry in
        let parts = entry.split(separator: "/").map { part in
          Float(part.trimmingCharacters(in: .whitespacesAndNewlines).replacing("f", with: "")) ?? .nan
        }
        return parts.count > 1 ? parts[0] / parts[1] : parts[0]
      }
      #expect(found == truth.joined().map(Float.init), "\(match.1)_\(points)_\(size)")
      tables += 1
    }
    #expect(tables == 20)
  }

  /// The matrices compute a convolution: Σ over points of A[i][a] G[i][q] Bᵀ[i][c] is 1 if c = a + q, else 0.
  @Test(arguments: [(2, 1), (2, 2), (2, 3), (2, 5), (4, 1), (4, 2), (4, 3), (4, 5)])
  func matricesConvolve(_ tile: Int, _ taps: Int) {
    let matrices = ToomCookMatrices(tile: tile, taps: taps)
    for a in 0..<tile {
      for q in 0..<taps {
        for c in 0..<tile + taps - 1 {
          let terms = matrices.input.indices.map {
            matrices.output[$0][a] * matrices.weights[$0][q] * matrices.input[$0][c]
          }
          // Only G is rounded, once for each entry; a term is rounded twice more, and added to at most n − 1 others.
          let bound = Double(terms.count + 2) * 0x1p-53 * terms.reduce(0) { $0 + abs($1) }
          #expect(abs(terms.reduce(0, +) - (c == a + q ? 1 : 0)) <= bound)
        }
      }
    }
  }
}
