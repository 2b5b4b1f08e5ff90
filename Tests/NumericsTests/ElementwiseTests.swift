import Numerics
import Testing

/// A pass over arrays: `a` in place, with `b` if it has a second operand.
struct ElementwiseCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let run: @Sendable (_ kernels: Kernels, _ a: Floats, _ b: Floats, _ count: Int) -> Void
  /// The exact value, and the bound of the error in single precision.
  let truth: @Sendable (_ a: Double, _ b: Double) -> (value: Double, error: Double)

  /// Half a unit in the last place, relative.
  private static let rounding = RoundingModel.unit

  static let all = [
    ElementwiseCase(testDescription: "add") { kernels, a, b, count in
      kernels.add(a, b, count: count)
    } truth: { a, b in
      (a + b, rounding * abs(a + b))
    },
    rectifier("ReLU", slope: 0), rectifier("LeakyReLU", slope: 0.2),
    rectifierBackward("ReLU backward", slope: 0), rectifierBackward("LeakyReLU backward", slope: 0.2),
    ElementwiseCase(testDescription: "tanh backward") { kernels, a, b, count in
      kernels.tanhBackward(a, output: b, count: count)
    } truth: { a, b in
      // The roundings of b² and of the difference, both at most max(1, b²), then of the product.
      (a * (1 - b * b), rounding * (2 * abs(a) * max(1, b * b) + abs(a * (1 - b * b))))
    },
  ]

  private static func rectifier(_ name: String, slope: Float) -> ElementwiseCase {
    ElementwiseCase(testDescription: name) { kernels, a, _, count in
      kernels.leakyRelu(a, count: count, slope: slope)
    } truth: { a, _ in
      let value = a < 0 ? Double(slope) * a : a
      return (value, rounding * abs(value))
    }
  }

  private static func rectifierBackward(_ name: String, slope: Float) -> ElementwiseCase {
    ElementwiseCase(testDescription: name) { kernels, a, b, count in
      kernels.leakyReluBackward(a, output: b, rows: 1, channels: count, range: 0..<count, slope: slope)
    } truth: { a, b in
      let value = b > 0 ? a : Double(slope) * a
      return (value, rounding * abs(value))
    }
  }
}

@Suite struct ElementwiseTests {
  @Test(arguments: Kernels.available, ElementwiseCase.all)
  func agreesWithThePlainLoop(_ kernels: Kernels, _ test: ElementwiseCase) {
    for count in raggedSizes {
      let (a, b) = (normals(count, seed: count), normals(count, seed: count + 1000))
      let result = floats(a + [7])  // the element behind must stay
      test.run(kernels, result, floats(b), count)
      for index in 0..<count {
        let (truth, error) = test.truth(Double(a[index]), Double(b[index]))
        #expect(abs(Double(result[index]) - truth) <= error, "element \(index) of \(count): \(a[index]), \(b[index])")
      }
      #expect(result[count] == 7)
    }
  }

  @Test(arguments: Kernels.available, ElementwiseCase.all + [tanh])
  func anElementHasTheSameBitsInBodyAndTail(_ kernels: Kernels, _ test: ElementwiseCase) {
    let count = 257
    let (a, b) = (normals(count, seed: 1), normals(count, seed: 2))
    let together = floats(a)
    test.run(kernels, together, floats(b), count)
    for index in 0..<count {
      let alone = floats([a[index]])
      test.run(kernels, alone, floats([b[index]]), 1)
      #expect(alone[0].bitPattern == together[index].bitPattern, "element \(index)")
    }
  }

  @Test(arguments: Kernels.available, ElementwiseCase.all + [tanh])
  func notANumberStaysWhereItIs(_ kernels: Kernels, _ test: ElementwiseCase) {
    for place in [0, 5, 16, 64, 99] {
      var a = normals(100, seed: 3)
      let b = floats(normals(100, seed: 4))
      a[place] = .nan
      let result = floats(a)
      test.run(kernels, result, b, 100)
      #expect((0..<100).filter { result[$0].isNaN } == [place])
    }
  }

  static let tanh = ElementwiseCase(testDescription: "tanh") { kernels, a, _, count in
    kernels.tanh(a, count: count)
  } truth: { a, _ in
    (a, 0)
  }

  /// The bias differs by channel, so vector tails are at the end of each row.
  @Test(arguments: Kernels.available, [1, 3, 8, 17, 64, 65])
  func biasIsAddedToEachRow(_ kernels: Kernels, channels: Int) {
    let rows = 5
    let x = normals(rows * channels, seed: 5)
    let bias = normals(channels, seed: 6)
    let result = floats(x)
    kernels.addBias(result, floats(bias), rows: rows, channels: channels, range: 0..<channels)
    #expect(array(result, x.count) == x.indices.map { x[$0] + bias[$0 % channels] })
  }

  @Test(arguments: Kernels.available, [1, 3, 256, 300])
  func bytesBecomeSignedFloats(_ kernels: Kernels, count: Int) {
    let bytes = (0..<count).map { UInt8($0 & 255) }
    let result = zeros(count)
    kernels.signed(result, from: bytes, count: count)
    // The quotient is below 2, so its rounding is at most u; the difference is exact from a half on, and below adds u /
    // 2 to a quotient's u / 4.
    let bounds = bytes.map { _ in RoundingModel.unit }
    #expect(worstRatio(array(result, count), bytes.map { Double($0) / 127.5 - 1 }, bounds: bounds) <= 1)
    if count >= 256 { #expect(result[0] == -1 && result[255] == 1) }
  }

  /// Some channels of each pixel, as in the epilogue of a convolution.
  @Test(arguments: Kernels.available)
  func channelsOutsideTheRangeStay(_ kernels: Kernels) {
    let (rows, channels) = (5, 37)
    let (gradient, output) = (normals(rows * channels, seed: 1), normals(rows * channels, seed: 2))
    let bias = normals(channels, seed: 3)
    for range in [0..<16, 16..<32, 32..<37, 0..<37] {
      let (masked, biased) = (floats(gradient), floats(gradient))
      kernels.leakyReluBackward(
        masked, output: floats(output), rows: rows, channels: channels, range: range, slope: 0.2)
      kernels.addBias(biased, floats(bias), rows: rows, channels: channels, range: range)
      for index in 0..<rows * channels {
        let isInside = range.contains(index % channels)
        #expect(masked[index] == (isInside && output[index] <= 0 ? 0.2 * gradient[index] : gradient[index]))
        #expect(biased[index] == gradient[index] + (isInside ? bias[index % channels] : 0))
      }
    }
  }
}
