import Foundation
import Numerics
import Testing

/// The rounding error of each layer, against the bound that follows from the kernels' order of summation.
@Suite struct ConvolutionErrorTests {
  struct Layer: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let geometry: ConvolutionGeometry
    let samples: Int

    init(_ name: String, _ test: ConvolutionCase, samples: Int = 4) {
      testDescription = name
      geometry = test.geometry
      self.samples = samples
    }

    /// The facades recipe at full width, where G's transposed convolutions have the geometries of D's; and every other
    /// kernel that has transforms. Many samples for dense layers, which have few outputs each.
    static let all = [
      Layer("3→64, 64×64, 4×4 s2", .init((64, 64), (3, 64), kernel: (4, 4), stride: 2, top: 1, left: 1)),
      Layer("64→128, 32×32, 4×4 s2", .init((32, 32), (64, 128), kernel: (4, 4), stride: 2, top: 1, left: 1)),
      Layer("128→256, 16×16, 4×4 s2", .init((16, 16), (128, 256), kernel: (4, 4), stride: 2, top: 1, left: 1)),
      Layer("256→512, 8×8, 4×4 s2", .init((8, 8), (256, 512), kernel: (4, 4), stride: 2, top: 1, left: 1)),
      Layer("512→1, dense", .init((4, 4), (512, 1), kernel: (4, 4), stride: 1, top: 0, left: 0), samples: 128),
      Layer("512→100, dense", .init((4, 4), (512, 100), kernel: (4, 4), stride: 1, top: 0, left: 0), samples: 32),
      Layer("64→64, 16×16, 5×5 s2", .init((16, 16), (64, 64), kernel: (5, 5), stride: 2, top: 2, left: 2)),
      Layer("64→64, 16×16, 5×5 s1", .init((16, 16), (64, 64), kernel: (5, 5), stride: 1, top: 2, left: 2)),
      Layer("64→64, 16×16, 3×3 s1", .init((16, 16), (64, 64), kernel: (3, 3), stride: 1, top: 1, left: 1)),
      Layer("64→64, 16×16, 3×3 s2", .init((16, 16), (64, 64), kernel: (3, 3), stride: 2, top: 1, left: 1)),
    ]
  }

  /// Number of seeds for operands: 3, or DISTTRAIN_BOUND_SEEDS.
  private static let seeds = ProcessInfo.processInfo.environment["DISTTRAIN_BOUND_SEEDS"].flatMap { UInt64($0) } ?? 3

  /// Ratios of errors to their bounds: a row of the table.
  private struct Ratios {
    private var rms: [Double] = []
    private var largest: [Double] = []
    private var model: [Double] = []

    mutating func add(_ error: ConvolutionError) {
      rms.append(error.rms / error.bound.rms)
      largest.append(error.largest / error.bound.largest)
      model.append(error.rms / error.bound.expected)
    }

    /// Mean of measured / expected; mean and maximum of measured / bound, for both bounds.
    var line: String {
      func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
      return String(
        format: "%.3f | %.3f | %.3f | %.3f | %.3f |", mean(model), mean(rms), rms.max()!, mean(largest), largest.max()!)
    }
  }

  @Test(arguments: Layer.all)
  func errorsKeepTheirBounds(_ layer: Layer) {
    var ratios: [String: Ratios] = [:]
    for seed in 0..<Self.seeds {
      let reference = ConvolutionReference(layer.geometry, samples: layer.samples, seed: seed)
      for algorithm in ConvolutionAlgorithm.allCases where algorithm.suits(layer.geometry) {
        for pass in ConvolutionPass.allCases {
          for kernels in Kernels.available {
            let error = ConvolutionError(of: algorithm, pass, against: reference, kernels: kernels)
            let name = "| \(layer.testDescription) | \(algorithm.rawValue) | \(pass) | \(kernels) |"
            check(error, "\(name) seed \(seed)")
            ratios[name, default: Ratios()].add(error)
          }
        }
      }
    }
    for (name, ratios) in ratios.sorted(by: { $0.key < $1.key }) { print(name, ratios.line) }
  }

  private func check(_ error: ConvolutionError, _ name: String) {
    let bound = error.bound
    #expect(error.rms <= bound.rms, "\(name): \(error.rms), bound \(bound.rms)")
    #expect(error.largest <= bound.largest, "\(name): \(error.largest), bound \(bound.largest)")
    // The model is not only an upper bound: errors are as large as it expects, except for chance.
    let factor = bound.rms / bound.expected
    #expect(error.rms * factor >= bound.expected, "\(name): \(error.rms), expected \(bound.expected)")
    #expect(bound.largest <= 50 * error.largest, "\(name): \(error.largest), bound \(bound.largest)")
    // Operands of half precision would lose √(1 / (8 ln 2)) · 2⁻¹¹ each.
    #expect(bound.rms < 2e-5, "\(name): \(bound.rms)")
  }

  /// A chain of 1,024 terms exceeds the bound of two runs of 512.
  @Test(arguments: Kernels.available)
  func aChainTwiceAsLongIsSeen(_ kernels: Kernels) {
    let layer = Layer.all[1]
    for seed in 0..<UInt64(3) {
      let reference = ConvolutionReference(layer.geometry, samples: layer.samples, seed: seed, outputs: 10_000)
      let runs = ConvolutionError(of: .im2col, .forward, against: reference, kernels: kernels)
      let chain = ConvolutionError(of: .direct, .forward, against: reference, kernels: kernels)
      #expect(layer.geometry.patch == 1024 && runs.rms <= runs.bound.rms)
      #expect(chain.rms > runs.bound.rms, "\(kernels), seed \(seed): \(chain.rms), bound \(runs.bound.rms)")
    }
  }
}
