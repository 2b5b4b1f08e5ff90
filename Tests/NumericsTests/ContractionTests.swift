import Numerics
import Testing

/// Fused operations change bits: each kernel against scalar Swift, which never fuses by itself, with fused operations
/// if the kernel states them.
@Suite struct ContractionTests {
  private struct Arithmetic {
    let isFused: Bool

    init(_ kernels: Kernels) { isFused = kernels.instructionSet.hasFusedMultiplyAdd }

    /// a · b + c.
    func multiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float { isFused ? c.addingProduct(a, b) : a * b + c }
  }

  @Test(arguments: Kernels.available)
  func products(_ kernels: Kernels) {
    let (rows, columns, inner) = (15, 37, 300)
    let (a, b, c) = (
      normals(rows * inner, seed: 1), normals(inner * columns, seed: 2), normals(rows * columns, seed: 3)
    )
    let arithmetic = Arithmetic(kernels)
    var truth: [Float] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let sum = (0..<inner).reduce(Float(0)) {
          arithmetic.multiplyAdd(a[row * inner + $1], b[$1 * columns + column], $0)
        }
        truth.append(c[row * columns + column] + sum)
      }
    }
    let product = PackedProduct(kernels)
    let result = floats(c)
    product.multiply(
      rows: rows, columns: columns, inner: inner, floats(a), stride: inner, floats(b), stride: columns, into: result,
      stride: columns, accumulating: true, scratch: zeros(product.scratch(rows: rows, columns: columns, inner: inner)))
    #expect(bits(array(result, truth.count)) == bits(truth))
  }

  @Test(arguments: Kernels.available)
  func adam(_ kernels: Kernels) {
    let count = 1003
    let (p, g, m) = (normals(count, seed: 1), normals(count, seed: 2), normals(count, seed: 3))
    let v = normals(count, seed: 4).map { $0 * $0 }
    let coefficients = AdamCoefficients(
      learningRate: 2e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, step: 3)
    let (beta1, rest1, beta2, rest2) = (Float(0.5), Float(1 - 0.5), Float(0.999), Float(1 - 0.999))
    let stepSize = Float(2e-4 / (1 - 0.125))
    let correction = Float((1 - 0.999 * 0.999 * 0.999).squareRoot())
    let arithmetic = Arithmetic(kernels)
    var truth: [Float] = []
    for i in 0..<count {
      let gradient = arithmetic.multiplyAdd(Float(0.01), p[i], g[i])
      let mean = arithmetic.multiplyAdd(beta1, m[i], rest1 * gradient)
      let square = arithmetic.multiplyAdd(beta2, v[i], rest2 * gradient * gradient)
      let share = mean / (square.squareRoot() / correction + Float(1e-8))
      truth.append(arithmetic.multiplyAdd(-stepSize, share, p[i]))
    }
    let parameters = floats(p)
    _ = kernels.adam(
      parameters, gradient: floats(g), mean: floats(m), square: floats(v), count: count, coefficients)
    #expect(bits(array(parameters, count)) == bits(truth))
  }

  @Test(arguments: Kernels.available)
  func tanhsGradient(_ kernels: Kernels) {
    let (gradient, y) = (normals(517, seed: 1), normals(517, seed: 2))
    let arithmetic = Arithmetic(kernels)
    let result = floats(gradient)
    kernels.tanhBackward(result, output: floats(y), count: y.count)
    #expect(
      bits(array(result, y.count)) == bits(zip(gradient, y).map { $0 * arithmetic.multiplyAdd(-$1, $1, 1) }))
  }

  @Test(arguments: Kernels.available)
  func batchNorm(_ kernels: Kernels) {
    let (rows, channels) = (5, 37)
    let (x, y, gradient) = (
      normals(rows * channels, seed: 1), normals(rows * channels, seed: 2), normals(rows * channels, seed: 3)
    )
    let (mean, inverse, scale, shift) = (
      normals(channels, seed: 4), normals(channels, seed: 5), normals(channels, seed: 6), normals(channels, seed: 7)
    )
    let (meanD, meanDot) = (normals(channels, seed: 8), normals(channels, seed: 9))
    let arithmetic = Arithmetic(kernels)
    let slope: Float = 0.2
    let normalized = zeros(x.count)
    kernels.normalize(
      normalized, from: floats(x), rows: rows, channels: channels, mean: floats(mean), inverse: floats(inverse),
      scale: floats(scale), shift: floats(shift), slope: slope)
    let backward = floats(gradient)
    kernels.normalizeBackward(
      backward, x: floats(x), y: floats(y), rows: rows, channels: channels, mean: floats(mean),
      inverse: floats(inverse), scale: floats(scale), meanD: floats(meanD), meanDot: floats(meanDot), slope: slope)
    let truth = x.indices.map { i in
      let c = i % channels
      let z = arithmetic.multiplyAdd(x[i] - mean[c], inverse[c] * scale[c], shift[c])
      return z < 0 ? slope * z : z
    }
    let gradients = x.indices.map { i in
      let c = i % channels
      let d = y[i] > 0 ? gradient[i] : slope * gradient[i]
      let normalized = (x[i] - mean[c]) * inverse[c]
      return (scale[c] * inverse[c]) * arithmetic.multiplyAdd(-normalized, meanDot[c], d - meanD[c])
    }
    #expect(bits(array(normalized, x.count)) == bits(truth))
    #expect(bits(array(backward, x.count)) == bits(gradients))
  }

  @Test(arguments: Kernels.available)
  func interpolation(_ kernels: Kernels) {
    let channels = 21
    let x = normals(3 * channels, seed: 1)
    let between = Interpolation(positions: [0.3, 1.75], size: 3)
    let result = zeros(2 * channels)
    kernels.interpolate(result, from: floats(x), between, 0..<2, channels: channels)
    let arithmetic = Arithmetic(kernels)
    let truth = (0..<2 * channels).map { i in
      let (row, c) = (i / channels, i % channels)
      let distance = row == 0 ? Float(0.3) : Float(1.75) - 1
      return arithmetic.multiplyAdd(1 - distance, x[row * channels + c], distance * x[(row + 1) * channels + c])
    }
    #expect(bits(array(result, truth.count)) == bits(truth))
  }

  /// Fused instruction sets agree with each other to the last bit, for any width of vectors.
  @Test func fusedSetsAgree() {
    let sets = Kernels.available.filter(\.instructionSet.hasFusedMultiplyAdd)
    let x = normals(2000, seed: 1).map { 4 * $0 }
    let results = sets.map { kernels in
      let y = floats(x)
      kernels.tanh(y, count: x.count)
      return bits(array(y, x.count))
    }
    #expect(Set(results).count <= 1)
  }
}
