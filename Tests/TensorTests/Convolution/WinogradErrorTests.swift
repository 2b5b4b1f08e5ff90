import Foundation
import Tensor
import Testing

/// What rounding costs each layer, against its bound.
@Suite struct WinogradErrorTests {
  struct Layer: CustomTestStringConvertible, Sendable {
    let name: String
    let geometry: ConvolutionGeometry
    var testDescription: String { name }

    init(_ name: String, _ test: ConvolutionCase) {
      self.name = name
      geometry = test.geometry
    }
  }

  /// The facades recipe at full width; G's transposed convolutions have the geometries of D's.
  private static let facades = [
    Layer("3→64, 64×64, 4×4 s2", .init((64, 64), (3, 64), kernel: (4, 4), stride: 2, top: 1, left: 1)),
    Layer("64→128, 32×32, 4×4 s2", .init((32, 32), (64, 128), kernel: (4, 4), stride: 2, top: 1, left: 1)),
    Layer("128→256, 16×16, 4×4 s2", .init((16, 16), (128, 256), kernel: (4, 4), stride: 2, top: 1, left: 1)),
    Layer("256→512, 8×8, 4×4 s2", .init((8, 8), (256, 512), kernel: (4, 4), stride: 2, top: 1, left: 1)),
    Layer("512→1, 4×4, dense", .init((4, 4), (512, 1), kernel: (4, 4), stride: 1, top: 0, left: 0)),
    Layer("512→100, 4×4, dense", .init((4, 4), (512, 100), kernel: (4, 4), stride: 1, top: 0, left: 0)),
  ]

  private static let otherKernels = [
    Layer("64→64, 16×16, 5×5 s2", .init((16, 16), (64, 64), kernel: (5, 5), stride: 2, top: 2, left: 2)),
    Layer("64→64, 16×16, 5×5 s1", .init((16, 16), (64, 64), kernel: (5, 5), stride: 1, top: 2, left: 2)),
    Layer("64→64, 16×16, 3×3 s1", .init((16, 16), (64, 64), kernel: (3, 3), stride: 1, top: 1, left: 1)),
    Layer("64→64, 16×16, 3×3 s2", .init((16, 16), (64, 64), kernel: (3, 3), stride: 2, top: 1, left: 1)),
  ]

  @Test(arguments: facades + otherKernels)
  func errorsKeepTheirBounds(_ layer: Layer) { check(layer, Kernels(.native)) }

  @Test(arguments: Kernels.available)
  func errorsKeepTheirBoundsWithEachInstructionSet(_ kernels: Kernels) { check(Self.otherKernels[0], kernels) }

  private func check(_ layer: Layer, _ kernels: Kernels) {
    let reference = ConvolutionReference(layer.geometry, samples: 8)
    for algorithm in ConvolutionAlgorithm.allCases where algorithm.suits(layer.geometry) {
      var line = "\(layer.name), \(kernels), \(algorithm.rawValue):"
      for pass in ConvolutionPass.allCases {
        let error = ConvolutionError(of: algorithm, pass, against: reference, kernels: kernels)
        let bound = error.bound
        let name = "\(layer.name), \(kernels), \(algorithm.rawValue), \(pass)"
        #expect(error.rms <= bound.rms, "\(name): \(error.rms), bound \(bound.rms)")
        #expect(error.largest <= bound.largest, "\(name): \(error.largest), bound \(bound.largest)")
        #expect(error.largest <= bound.worstCase, "\(name): \(error.largest), worst case \(bound.worstCase)")
        #expect(bound.largest <= 50 * error.largest, "\(name): \(error.largest), bound \(bound.largest)")
        line += String(
          format: "  \(pass) rms %.1e of %.1e, largest %.1e of %.1e, %.0e", error.rms, bound.expected, error.largest,
          bound.largest, bound.worstCase)
      }
      print(line)
    }
  }

  /// Every table of the C kernels is what the points say.
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

  /// Outputs are what a convolution is: Σ over points of A[i][a] G[i][q] Bᵀ[i][c] is 1 where c = a + q, else 0.
  @Test(arguments: [(2, 1), (2, 2), (2, 3), (2, 5), (4, 1), (4, 2), (4, 3), (4, 5)])
  func matricesConvolve(_ tile: Int, _ taps: Int) {
    let matrices = ToomCookMatrices(tile: tile, taps: taps)
    for a in 0..<tile {
      for q in 0..<taps {
        for c in 0..<tile + taps - 1 {
          let sum = matrices.input.indices.reduce(0.0) {
            $0 + matrices.output[$1][a] * matrices.weights[$1][q] * matrices.input[$1][c]
          }
          #expect(abs(sum - (c == a + q ? 1 : 0)) < 1e-14)
        }
      }
    }
  }
}
