import Numerics
import Testing

/// The inner loops of batch norm against the same formulas in double.
@Suite struct NormalizeTests {
  /// Inputs and their batch norm in double: forward, and backward with given means of d and d · normalized.
  private struct Example {
    let rows: Int
    let channels: Int
    let slope: Float
    let x, gradient, mean, inverse, scale, shift, meanD, meanDot: [Float]

    init(rows: Int, channels: Int, slope: Float) {
      (self.rows, self.channels, self.slope) = (rows, channels, slope)
      x = normals(rows * channels, seed: 1, mean: 0.5, deviation: 2)
      gradient = normals(rows * channels, seed: 2)
      mean = normals(channels, seed: 3)
      inverse = normals(channels, seed: 4).map { 0.5 + abs($0) }
      // Moderate, so that every channel has outputs of both signs.
      scale = normals(channels, seed: 5, mean: 1, deviation: 0.2)
      shift = normals(channels, seed: 6, deviation: 0.2)
      meanD = normals(channels, seed: 7, deviation: 0.1)
      meanDot = normals(channels, seed: 8, deviation: 0.1)
    }

    func forward(_ kernels: Kernels) -> [Float] {
      let y = zeros(x.count)
      kernels.normalize(
        y, from: floats(x), rows: rows, channels: channels, mean: floats(mean), inverse: floats(inverse),
        scale: floats(scale), shift: floats(shift), slope: slope)
      return array(y, x.count)
    }

    func normalized(_ index: Int) -> Double {
      let channel = index % channels
      return (Double(x[index]) - Double(mean[channel])) * Double(inverse[channel])
    }

    var forwardTruth: [Double] {
      x.indices.map { index in
        let z = normalized(index) * Double(scale[index % channels]) + Double(shift[index % channels])
        return z < 0 ? Double(slope) * z : z
      }
    }

    /// The gradient after the activation, which depends on the sign of its output `y`.
    func active(_ y: [Float], _ index: Int) -> Double { Double(gradient[index]) * (y[index] > 0 ? 1 : Double(slope)) }

    func backward(_ kernels: Kernels, _ y: [Float]) -> [Float] {
      let result = floats(gradient)
      kernels.normalizeBackward(
        result, x: floats(x), y: floats(y), rows: rows, channels: channels, mean: floats(mean),
        inverse: floats(inverse), scale: floats(scale), meanD: floats(meanD), meanDot: floats(meanDot), slope: slope)
      return array(result, x.count)
    }

    func sums(_ kernels: Kernels, _ y: [Float], range: Range<Int>) -> (sum: [Double], dot: [Double]) {
      var (sum, dot) = ([Double](repeating: 7, count: channels), [Double](repeating: 7, count: channels))
      kernels.normalizeBackwardSums(
        sum: &sum, dot: &dot, gradient: floats(gradient), x: floats(x), y: floats(y), rows: rows, channels: channels,
        range: range, mean: floats(mean), inverse: floats(inverse), slope: slope)
      return (sum, dot)
    }
  }

  private static let shapes = [(1, 1), (7, 3), (64, 16), (65, 17), (200, 65), (33, 100)]

  /// Bounds if every rounding is u with the worst sign: a number of roundings for each absolute term of a result.
  @Test(arguments: Kernels.available, [0, 0.2, 1] as [Float])
  func agreesWithTheFormula(_ kernels: Kernels, slope: Float) {
    var worst = (forward: 0.0, backward: 0.0, sums: 0.0)
    for (rows, channels) in Self.shapes {
      let example = Example(rows: rows, channels: channels, slope: slope)
      let y = example.forward(kernels)
      // The difference, its factor, their product, the sum, the slope. The activation does not increase errors.
      let forwardBounds = y.indices.map { index in
        let channel = index % channels
        return RoundingModel.gamma(5)
          * (abs(example.normalized(index) * Double(example.scale[channel])) + Double(abs(example.shift[channel])))
      }
      worst.forward = max(worst.forward, worstRatio(y, example.forwardTruth, bounds: forwardBounds))
      let truth = y.indices.map { index in
        let channel = index % channels
        return Double(example.scale[channel]) * Double(example.inverse[channel])
          * (example.active(y, index) - Double(example.meanD[channel])
            - example.normalized(index) * Double(example.meanDot[channel]))
      }
      // The normalized input: two roundings of its own, its product, the subtraction, the factor and the product with
      // it.
      let backwardBounds = y.indices.map { index in
        let channel = index % channels
        return RoundingModel.gamma(6) * Double(abs(example.scale[channel])) * Double(example.inverse[channel])
          * (abs(example.active(y, index)) + Double(abs(example.meanD[channel]))
            + abs(example.normalized(index) * Double(example.meanDot[channel])))
      }
      worst.backward = max(worst.backward, worstRatio(example.backward(kernels, y), truth, bounds: backwardBounds))

      let (sum, dot) = example.sums(kernels, y, range: 0..<channels)
      for channel in 0..<channels {
        let column = stride(from: channel, to: y.count, by: channels)
        let sumTruth = column.reduce(0.0) { $0 + example.active(y, $1) }
        let dotTruth = column.reduce(0.0) { $0 + example.active(y, $1) * example.normalized($1) }
        // 63 additions of a run, and the slope; for the dot also the two of the normalized input, and the product.
        let sumSize = column.reduce(0.0) { $0 + abs(example.active(y, $1)) }
        let dotSize = column.reduce(0.0) { $0 + abs(example.active(y, $1) * example.normalized($1)) }
        worst.sums = max(
          worst.sums, sumSize > 0 ? abs(sum[channel] - sumTruth) / (RoundingModel.gamma(64) * sumSize) : 0,
          dotSize > 0 ? abs(dot[channel] - dotTruth) / (RoundingModel.gamma(67) * dotSize) : 0)
        #expect(sumSize > 0 || (sum[channel] == 0 && dot[channel] == 0))
      }
    }
    print("normalize, \(kernels), slope \(slope): over their bounds \(worst)")
    #expect(worst.forward <= 1)
    #expect(worst.backward <= 1)
    #expect(worst.sums <= 1)
  }

  @Test(arguments: Kernels.available, [0, 0.2] as [Float])
  func aChannelHasTheSameBitsAlone(_ kernels: Kernels, slope: Float) {
    let (rows, channels) = (130, 37)
    let example = Example(rows: rows, channels: channels, slope: slope)
    let y = example.forward(kernels)
    let backward = example.backward(kernels, y)
    let (sum, dot) = example.sums(kernels, y, range: 5..<30)
    for channel in 0..<channels {
      func column(_ values: [Float]) -> Floats { floats((0..<rows).map { values[$0 * channels + channel] }) }
      func one(_ values: [Float]) -> Floats { floats([values[channel]]) }
      let alone = zeros(rows)
      kernels.normalize(
        alone, from: column(example.x), rows: rows, channels: 1, mean: one(example.mean),
        inverse: one(example.inverse), scale: one(example.scale), shift: one(example.shift), slope: slope)
      #expect(bits(array(alone, rows)) == bits(array(column(y), rows)))

      let gradient = column(example.gradient)
      var (sumAlone, dotAlone) = (0.0, 0.0)
      kernels.normalizeBackwardSums(
        sum: &sumAlone, dot: &dotAlone, gradient: gradient, x: column(example.x), y: alone, rows: rows, channels: 1,
        range: 0..<1, mean: one(example.mean), inverse: one(example.inverse), slope: slope)
      let isInRange = (5..<30).contains(channel)
      #expect([sum[channel], dot[channel]] == (isInRange ? [sumAlone, dotAlone] : [7, 7]))

      kernels.normalizeBackward(
        gradient, x: column(example.x), y: alone, rows: rows, channels: 1, mean: one(example.mean),
        inverse: one(example.inverse), scale: one(example.scale), meanD: one(example.meanD),
        meanDot: one(example.meanDot), slope: slope)
      #expect(bits(array(gradient, rows)) == bits(array(column(backward), rows)))
    }
  }

  @Test(arguments: Kernels.available, [0, 0.2, 1] as [Float])
  func notANumberIsNotHidden(_ kernels: Kernels, slope: Float) {
    var x = normals(34, seed: 1)
    x[20] = .nan
    let y = zeros(34)
    let (one, zero) = (floats([Float](repeating: 1, count: 17)), zeros(17))
    kernels.normalize(
      y, from: floats(x), rows: 2, channels: 17, mean: zero, inverse: one, scale: one, shift: zero, slope: slope)
    #expect((0..<34).filter { y[$0].isNaN } == [20])
  }
}
