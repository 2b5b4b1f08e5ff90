import Foundation
import ImageMetrics
import LinearAlgebra
import Numerics
import Testing

/// The measures on small images; the numbers are NumPy's and SciPy's, printed by Tests/Peers (make_measures.py).
///
/// They are printed with 6 (sliced Wasserstein), 9 (similarity) or 7 decimals, so that half a unit of the last one is part of
/// each bound.
@Suite struct EvaluationMeasureTests {
  struct Case: CustomTestStringConvertible {
    let channels: Int
    let side: Int
    let distances: [Int: Double]
    let similarity: Double
    let nearest: [[Int]]
    let firstDistances: [Double]
    var testDescription: String { "\(channels)×\(side)×\(side)" }

    var one: ImageArray { DrawnImages.images(seed: 1, count: 6, channels: channels, side: side) }
    var other: ImageArray { DrawnImages.images(seed: 2, count: 5, channels: channels, side: side) }
  }

  private static let cases = [
    Case(
      channels: 3, side: 32, distances: [32: 71.051736, 16: 118.054862], similarity: 0.06973392,
      nearest: [[1, 4], [0, 1], [0, 1], [0, 4], [0, 4], [2, 4]],
      firstDistances: [0.6182719, 0.6414113, 0.6027255, 0.5803494, 0.606951, 0.6233286]),
    Case(
      channels: 1, side: 28, distances: [28: 73.58992, 14: 123.378519], similarity: 0.071165338,
      nearest: [[4, 1], [1, 3], [4, 1], [4, 1], [2, 3], [4, 1]],
      firstDistances: [0.6018586, 0.633709, 0.5666679, 0.5810313, 0.5859794, 0.5942331]),
    Case(
      channels: 1, side: 15, distances: [15: 145.067085], similarity: 0.319320418,
      nearest: [[1, 3], [1, 3], [1, 3], [2, 1], [1, 3], [2, 4]],
      firstDistances: [0.5769251, 0.5988283, 0.5120913, 0.4641915, 0.5576189, 0.5803667]),
    Case(
      channels: 3, side: 64, distances: [64: 65.697675, 32: 76.300626, 16: 110.446318], similarity: 0.021705785,
      nearest: [[1, 4], [1, 0], [1, 0], [4, 1], [0, 4], [4, 0]],
      firstDistances: [0.6363976, 0.6364674, 0.6323201, 0.6118884, 0.6365999, 0.6242246]),
  ]

  @Test(arguments: cases, Kernels.available)
  func slicedWasserstein(test: Case, kernels: Kernels) {
    func distances(seed: UInt64, threads: Int) -> [SlicedWasserstein.Level] {
      let context = ComputeContext(kernels: kernels, threads: Threads(count: threads))
      return SlicedWasserstein(seed: seed, context: context).distances(test.one, test.other)
    }
    let levels = distances(seed: 5, threads: 2)
    #expect(levels.map(\.side) == test.distances.keys.sorted(by: >))
    for level in levels {
      let expected = test.distances[level.side]!
      // A projection of unit variance is a chain of products, whose three operands (pixel, patch and direction) have been
      // rounded. Sorted numbers are no farther apart than unsorted ones, so a distance errs by at most the mean error of
      // both sides' projections, even if nothing averages out.
      let size = 49 * test.channels
      var sum = SummedProducts(isFused: kernels.isFused)
      sum.append(1 / Double(size), count: size)
      let projections = SlicedWasserstein.directions * SlicedWasserstein.patchesPerImage * test.other.count
      let values = SlicedWasserstein.directions * size
      let bound = 2 * RoundingModel.bound(loss: sum.loss + 3, outputs: projections, values: values)
      let share = abs(level.distance - expected) / (1000 * bound + 5e-7)
      print("sliced Wasserstein, \(test.testDescription), \(level.side), \(kernels): \(share) of the bound")
      #expect(share <= 1, "\(level.side): \(level.distance), \(expected)")
    }
    #expect(distances(seed: 5, threads: 1) == levels, "the same on any number of threads")
    #expect(distances(seed: 6, threads: 1) != levels)
  }

  @Test(arguments: cases)
  func similarity(test: Case) {
    let mean = StructuralSimilarity.meanOverPairs(
      of: test.one, pairs: 40, seed: 5, set: 1, threads: Threads(count: 2))
    // In double: a filtered value in [0, 1] loses 28 · 2⁻⁵³ (two passes of 11 products, the window's own roundings), twice
    // that in a squared mean; numerator and denominator of a structure hold two such differences each and are above 9e-4.
    let loss = 2 * 2 * 3 * 28 * 0x1p-53 / 9e-4
    let bound = 5e-10 + 2 * loss
    print("similarity, \(test.testDescription): \(abs(mean - test.similarity) / bound) of the bound")
    #expect(abs(mean - test.similarity) <= bound, "\(mean)")
  }

  @Test func aImageIsLikeItself() {
    let images = Self.cases[0].one
    let same = StructuralSimilarity.between(
      images.values[0..<images.imageSize], images.values[0..<images.imageSize], channels: 3, height: 32, width: 32)
    // Numerator and denominator are above 9e-4; two variances in [0, 1] and their sum are rounded to one of them.
    #expect(abs(same - 1) <= 8 * 0x1p-53 / 9e-4)
  }

  @Test(arguments: cases)
  func nearestNeighbours(test: Case) {
    var found = NearestNeighbours(of: test.one, count: 2, threads: Threads(count: 2))
    let (other, size) = (test.other, test.other.imageSize)
    for range in [0..<2, 2..<5] {
      let portion = ImageArray(
        count: range.count, channels: other.channels, height: other.height, width: other.width,
        values: Array(other.values[range.lowerBound * size..<range.upperBound * size]))
      found.look(among: portion, first: range.lowerBound)
    }
    #expect(found.neighbours.map { $0.map(\.index) } == test.nearest)
    for (neighbours, expected) in zip(found.neighbours, test.firstDistances) {
      // A difference, twice in its square, the square, 63 additions in each of 16 chains and at most 15 of chains, all of
      // one sign; the root halves that.
      let bound = 5e-8 + RoundingModel.gamma(81) / 2 * expected
      let error = abs(neighbours[0].distance - expected)
      print("nearest neighbour, \(test.testDescription): \(error / bound) of the bound")
      #expect(error <= bound)
    }
  }

  @Test(arguments: [
    (40, 50, 8, 0.1259514), (6, 9, 12, 0.863972), (200, 150, 64, 0.3543725), (5, 5, 1, 0.0711165),
  ])
  func frechet(count: Int, other: Int, dimension: Int, expected: Double) throws {
    let library = try OpenBLAS()
    let (one, two) = (
      DrawnImages.features(seed: 1, count: count, dimension: dimension),
      DrawnImages.features(seed: 2, count: other, dimension: dimension)
    )
    let distance = try FrechetDistance.between(one, two, dimension: dimension, by: library)
    // A contract of the sixth digit: roots of eigenvalues near 0 have no useful bound, √(n ε ‖Σ₁‖ ‖Σ₂‖) = 8e-7 each at 64
    // features. Where there are fewer rows than features, SciPy's root of a singular matrix is only half as exact.
    #expect(abs(distance - expected) < (count > dimension ? 1e-6 : 1e-5), "\(distance)")
    #expect(try abs(FrechetDistance.between(one, one, dimension: dimension, by: library)) < 1e-6)
  }
}
