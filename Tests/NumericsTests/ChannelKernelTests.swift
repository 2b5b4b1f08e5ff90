import Numerics
import Testing

/// Values of a matrix [rows][channels], near 0 or far from it.
struct Distribution: CustomTestStringConvertible, Sendable {
  let mean: Float
  let deviation: Float
  var testDescription: String { "mean \(mean), deviation \(deviation)" }

  static let all = [
    Distribution(mean: 0, deviation: 1), Distribution(mean: 1e4, deviation: 1), Distribution(mean: -1e6, deviation: 1),
    Distribution(mean: 100, deviation: 0.01), Distribution(mean: 0, deviation: 1e-6),
  ]
}

@Suite struct MomentTests {
  /// The moments in double, in two passes.
  private func truth(
    _ x: [Float], rows: Int, channels: Int, _ channel: Int
  ) -> (sum: Double, mean: Double, m2: Double) {
    let column = (0..<rows).map { Double(x[$0 * channels + channel]) }
    let sum = column.reduce(0, +)
    let mean = sum / Double(rows)
    return (sum, mean, column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
  }

  /// Rows of a run that is summed in single precision.
  private let run = 64

  /// Bounds if every rounding is u with the worst sign. The centre is off the mean by at most c deviations, the error
  /// of the sum of a run of the values. Differences from it have a mean square of (1 + c²) variances; they meet one
  /// rounding of their own and those of a run's sum. Their squares meet twice as many, and one more.
  @Test(arguments: Kernels.available, Distribution.all)
  func agreeWithTwoPassesInDouble(_ kernels: Kernels, _ distribution: Distribution) {
    var worst = (mean: 0.0, m2: 0.0)
    for (rows, channels) in [(1, 3), (2, 1), (63, 16), (64, 17), (65, 5), (1000, 33), (4096, 3)] {
      let x = normals(rows * channels, seed: rows, mean: distribution.mean, deviation: distribution.deviation)
      var (mean, m2) = ([Double](repeating: 7, count: channels), [Double](repeating: 7, count: channels))
      kernels.moments(mean: &mean, m2: &m2, of: floats(x), rows: rows, channels: channels, range: 0..<channels)
      for channel in 0..<channels {
        let truth = truth(x, rows: rows, channels: channels, channel)
        if rows == 1 {
          #expect(mean[channel] == Double(x[channel]) && m2[channel] == 0)
          continue
        }
        let terms = min(rows, run)
        let deviation = (truth.m2 / Double(rows)).squareRoot()
        let size = (truth.mean * truth.mean + deviation * deviation).squareRoot()
        let centre = RoundingModel.gamma(terms) * size / deviation
        let spread = 1 + centre * centre
        let allowed = RoundingModel.gamma(terms) * spread.squareRoot()
        // The mean's error relative to the deviation, which matters for batch norm.
        worst.mean = max(worst.mean, abs(mean[channel] - truth.mean) / deviation / allowed)
        let allowedM2 = RoundingModel.gamma(terms + 2) * spread + 2 * centre * allowed
        worst.m2 = max(worst.m2, abs(m2[channel] - truth.m2) / truth.m2 / allowedM2)
      }
    }
    print("moments, \(kernels), \(distribution.testDescription): over their bounds, mean \(worst.mean), m2 \(worst.m2)")
    #expect(worst.mean <= 1)
    #expect(worst.m2 <= 1)
  }

  @Test(arguments: Kernels.available)
  func sumsAgreeWithDouble(_ kernels: Kernels) {
    for (rows, channels) in [(0, 3), (1, 1), (65, 17), (300, 64)] {
      let x = normals(rows * channels, seed: rows)
      var sums = [Double](repeating: 7, count: channels)
      kernels.columnSums(&sums, of: floats(x), rows: rows, channels: channels, range: 0..<channels)
      for channel in 0..<channels {
        let truth = truth(x, rows: rows, channels: channels, channel).sum
        let size = stride(from: channel, to: x.count, by: channels).reduce(0) { $0 + Double(abs(x[$1])) }
        #expect(abs(sums[channel] - truth) <= RoundingModel.gamma(run - 1) * size)
      }
    }
  }

  /// A range of channels writes only its own results, with the same bits as for each channel alone.
  @Test(arguments: Kernels.available, [0..<17, 3..<4, 5..<12, 16..<17])
  func aChannelHasTheSameBitsInAnyRange(_ kernels: Kernels, range: Range<Int>) {
    let (rows, channels) = (150, 17)
    let x = normals(rows * channels, seed: 8)
    var (mean, m2, sums) = (
      [Double](repeating: 7, count: channels), [Double](repeating: 7, count: channels),
      [Double](repeating: 7, count: channels)
    )
    kernels.moments(mean: &mean, m2: &m2, of: floats(x), rows: rows, channels: channels, range: range)
    kernels.columnSums(&sums, of: floats(x), rows: rows, channels: channels, range: range)
    for channel in 0..<channels {
      var alone = [0.0, 0.0, 0.0]
      let column = floats((0..<rows).map { x[$0 * channels + channel] })
      alone.withUnsafeMutableBufferPointer { alone in
        let start = alone.baseAddress!
        kernels.moments(mean: start, m2: start + 1, of: column, rows: rows, channels: 1, range: 0..<1)
        kernels.columnSums(start + 2, of: column, rows: rows, channels: 1, range: 0..<1)
      }
      let expected = range.contains(channel) ? alone : [7, 7, 7]
      #expect([mean[channel], m2[channel], sums[channel]] == expected, "channel \(channel)")
    }
  }

  @Test(arguments: Kernels.available, [0, 7, 16])
  func notANumberStaysInItsChannel(_ kernels: Kernels, channel: Int) {
    var x = normals(100 * 17, seed: 9)
    x[70 * 17 + channel] = .nan
    var (mean, m2) = ([Double](repeating: 0, count: 17), [Double](repeating: 0, count: 17))
    kernels.moments(mean: &mean, m2: &m2, of: floats(x), rows: 100, channels: 17, range: 0..<17)
    #expect((0..<17).filter { mean[$0].isNaN } == [channel])
    #expect((0..<17).filter { m2[$0].isNaN } == [channel])
  }

  @Test(arguments: Kernels.available)
  func equalValuesHaveNoDeviation(_ kernels: Kernels) {
    var (mean, m2) = ([0.0], [0.0])
    kernels.moments(
      mean: &mean, m2: &m2, of: floats([Float](repeating: 0.1, count: 1000)), rows: 1000, channels: 1, range: 0..<1)
    // The error of the centre is corrected in double by the mean of the differences, which are exact except for their
    // sum.
    let off = RoundingModel.gamma(run) * 0.1
    #expect(abs(mean[0] - Double(Float(0.1))) <= RoundingModel.gamma(run) * off)
    #expect(m2[0] >= 0 && m2[0] <= 1000 * 3 * RoundingModel.gamma(run + 2) * off * off)
  }
}
