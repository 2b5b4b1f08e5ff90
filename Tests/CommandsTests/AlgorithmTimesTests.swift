import Commands
import Numerics
import Testing

/// Which algorithm `bench --tune` takes.
@Suite struct AlgorithmTimesTests {
  typealias Medians = [ConvolutionAlgorithm: Double]

  @Test(
    arguments: [
      ([.im2col: 1, .direct: 1, .winograd2: 0.9, .winograd4: 0.8], .winograd4),
      // Within 3 % of the fastest the smaller error wins, and not beyond.
      ([.im2col: 1, .direct: 1, .winograd2: 0.82, .winograd4: 0.8], .winograd2),
      ([.im2col: 1, .direct: 1, .winograd2: 0.83, .winograd4: 0.8], .winograd4),
      ([.im2col: 1, .direct: 0.82, .winograd2: 0.81, .winograd4: 0.8], .direct),
      // Of two with the same products the one that needs less memory, unless it is slower.
      ([.im2col: 1, .direct: 1.02], .direct), ([.im2col: 1, .direct: 1.04], .im2col),
      ([.im2col: 0.73, .direct: 1, .winograd2: 1, .winograd4: 0.8], .im2col), ([.direct: 1], .direct),
    ] as [(Medians, ConvolutionAlgorithm)])
  func theWinner(medians: Medians, winner: ConvolutionAlgorithm) {
    #expect(AlgorithmTimes(medians: medians).winner == winner)
  }

  @Test func theLead() {
    #expect(AlgorithmTimes(medians: [.direct: 1]).lead == nil)
    #expect(AlgorithmTimes(medians: [.direct: 4, .winograd2: 2, .winograd4: 1]).lead == 0.5)
    #expect(AlgorithmTimes(medians: [.direct: 1.22, .im2col: 1.2]).lead! < 0)
  }
}
