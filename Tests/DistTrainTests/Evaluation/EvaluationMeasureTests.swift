import DistTrain
import Foundation
import Tensor
import Testing

/// The measures on small pictures; the numbers are NumPy's and SciPy's, printed by Tests/Peers (make_measures.py).
@Suite struct EvaluationMeasureTests {
  struct Case: CustomTestStringConvertible {
    let channels: Int
    let side: Int
    let distances: [Int: Double]
    let similarity: Double
    let nearest: [[Int]]
    let firstDistances: [Double]
    var testDescription: String { "\(channels)×\(side)×\(side)" }

    var one: ImageArray { DrawnImages.pictures(seed: 1, count: 6, channels: channels, side: side) }
    var other: ImageArray { DrawnImages.pictures(seed: 2, count: 5, channels: channels, side: side) }
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

  @Test(arguments: cases)
  func slicedWasserstein(test: Case) {
    let levels = SlicedWasserstein(seed: 5, threads: Threads(count: 2)).distances(test.one, test.other)
    #expect(levels.map(\.side) == test.distances.keys.sorted(by: >))
    for level in levels {
      let expected = test.distances[level.side]!
      #expect(abs(level.distance - expected) < 2e-5 * expected, "\(level.side): \(level.distance), \(expected)")
    }
    let alone = SlicedWasserstein(seed: 5, threads: Threads(count: 1)).distances(test.one, test.other)
    #expect(alone == levels, "the same on any number of threads")
    let other = SlicedWasserstein(seed: 6, threads: Threads(count: 1)).distances(test.one, test.other)
    #expect(other != levels)
  }

  @Test(arguments: cases)
  func similarity(test: Case) {
    let mean = StructuralSimilarity.meanOverPairs(
      of: test.one, pairs: 40, seed: 5, set: 1, threads: Threads(count: 2))
    #expect(abs(mean - test.similarity) < 1e-8, "\(mean)")
  }

  @Test func aPictureIsLikeItself() {
    let images = Self.cases[0].one
    let same = StructuralSimilarity.between(
      images.values[0..<images.imageSize], images.values[0..<images.imageSize], channels: 3, height: 32, width: 32)
    #expect(abs(same - 1) < 1e-12)
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
      #expect(abs(neighbours[0].distance - expected) < 1e-6)
    }
  }

  @Test(arguments: [
    (40, 50, 8, 0.1259514), (6, 9, 12, 0.863972), (200, 150, 64, 0.3543725), (5, 5, 1, 0.0711165),
  ])
  func frechet(count: Int, other: Int, dimension: Int, expected: Double) {
    let (one, two) = (
      DrawnImages.features(seed: 1, count: count, dimension: dimension),
      DrawnImages.features(seed: 2, count: other, dimension: dimension)
    )
    let distance = FrechetDistance.between(one, two, dimension: dimension, threads: Threads(count: 2))
    // Where there are fewer rows than features, SciPy's root of a singular matrix is only half as exact.
    #expect(abs(distance - expected) < (count > dimension ? 1e-6 : 1e-5), "\(distance)")
    #expect(abs(FrechetDistance.between(one, one, dimension: dimension, threads: Threads(count: 1))) < 1e-6)
  }
}
