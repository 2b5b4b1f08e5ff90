import DistTrain
import Tensor
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
      // OpenBLAS must be more than 10 % faster.
      ([.im2col: 0.73, .direct: 1, .winograd2: 1, .winograd4: 0.8], .winograd4),
      ([.im2col: 0.71, .direct: 1, .winograd2: 1, .winograd4: 0.8], .im2col),
      // And by more than clocks and caches tell apart.
      ([.im2col: 1e-4, .direct: 5e-4], .direct), ([.im2col: 1e-3, .direct: 2e-3], .im2col),
      ([.im2col: 0.95, .direct: 1], .direct), ([.im2col: 0.8, .direct: 1], .im2col), ([.direct: 1], .direct),
    ] as [(Medians, ConvolutionAlgorithm)])
  func theWinner(medians: Medians, winner: ConvolutionAlgorithm) {
    #expect(AlgorithmTimes(medians: medians).winner == winner)
  }

  @Test func theLead() {
    #expect(AlgorithmTimes(medians: [.direct: 1]).lead == nil)
    #expect(AlgorithmTimes(medians: [.direct: 4, .winograd2: 2, .winograd4: 1]).lead == 0.5)
    #expect(AlgorithmTimes(medians: [.direct: 1.25, .im2col: 1.2]).lead! < 0)
  }
}
