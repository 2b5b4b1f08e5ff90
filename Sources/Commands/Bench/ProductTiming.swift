import LinearAlgebra
import Numerics
import Reporting

/// The time of one product with our kernels and with OpenBLAS.
struct ProductTiming: Sendable {
  /// Seconds of one product, the median of the rounds.
  let packed: Double
  /// Nil if OpenBLAS is not installed.
  let openBLAS: Double?

  /// Runs both in turns on one thread, so that other load affects both equally.
  init(of shape: ProductShape, kernels: Kernels, _ library: OpenBLAS?, rounds: Int) {
    precondition(rounds > 0, "at least one round")
    let product = PackedProduct(kernels)
    let arena = Arena()
    let a = arena.floats(shape.rows * shape.inner)
    let b = arena.floats(shape.inner * shape.columns)
    let c = arena.floats(shape.rows * shape.columns)
    let scratch = arena.floats(product.scratch(rows: shape.rows, columns: shape.columns, inner: shape.inner))
    for (matrix, count) in [(a, shape.rows * shape.inner), (b, shape.inner * shape.columns)] {
      for i in 0..<count { matrix[i] = Float(i % 17) - 8 }
    }
    let aStride = shape.transposingA ? shape.rows : shape.inner
    let bStride = shape.transposingB ? shape.inner : shape.columns
    let repeats = max(1, 100_000_000 / max(1, shape.multiplyAdds))
    let clock = ContinuousClock()
    func seconds(_ body: () -> Void) -> Double {
      clock.measure { for _ in 0..<repeats { body() } } / .seconds(1) / Double(repeats)
    }
    var times: (packed: [Double], openBLAS: [Double]) = ([], [])
    // The first round, in which caches and pages warm up, does not count.
    for _ in 0...rounds {
      times.packed.append(
        seconds {
          product.multiply(
            rows: shape.rows, columns: shape.columns, inner: shape.inner, a, stride: aStride,
            transposingA: shape.transposingA, b, stride: bStride, transposingB: shape.transposingB, into: c,
            stride: shape.columns, scratch: scratch)
        })
      guard let library else { continue }
      times.openBLAS.append(
        seconds {
          library.multiply(
            rows: shape.rows, columns: shape.columns, inner: shape.inner, a, stride: aStride,
            transposingA: shape.transposingA, b, stride: bStride, transposingB: shape.transposingB, into: c,
            stride: shape.columns)
        })
    }
    packed = Sample(Array(times.packed.dropFirst())).median
    openBLAS = library == nil ? nil : Sample(Array(times.openBLAS.dropFirst())).median
    withExtendedLifetime(arena) {}
  }
}
