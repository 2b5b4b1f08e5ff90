import GAN
import Testing

@Suite struct BucketTests {
  /// In the order of completion, without gap or overlap, for layers of any size.
  @Test(
    arguments: [
      [0, nil, 160, 320, 480], [nil, 0, 16], [0, 16, 1_048_576, 3_145_728, 4_194_304],
      [0, 1_073_741_824, 6_442_450_944, 10_737_418_240], [0, nil, 4_294_967_296, 4_294_967_312, 4_294_967_328],
    ] as [[Int?]])
  func everyParameterIsInOneBucket(bounds: [Int?]) throws {
    let layers = Array(bounds.dropLast())
    let count = try #require(bounds.last ?? nil)
    let buckets = Buckets(layers: layers, count: count)
    #expect(buckets.ranges.first?.upperBound == count && buckets.ranges.last?.lowerBound == 0)
    for (earlier, later) in zip(buckets.ranges, buckets.ranges.dropFirst()) {
      #expect(later.upperBound == earlier.lowerBound)
    }
    #expect(buckets.ranges.allSatisfy { $0.lowerBound % 16 == 0 && $0.count <= Buckets.largest })
    let completed = layers.indices.reversed().flatMap { buckets.completed(by: $0) }
    #expect(completed == Array(buckets.ranges.indices), "each once, in order")
  }

  /// A bucket is complete only after the backward pass of its first layer.
  @Test func aBucketWaitsForItsFirstLayer() {
    let layers: [Int?] = [0, nil, 1 << 20, (1 << 20) + 64, (2 << 20) + 64]
    let buckets = Buckets(layers: layers, count: (2 << 20) + 128)
    #expect(buckets.ranges == [(1 << 20) + 64..<(2 << 20) + 128, 0..<(1 << 20) + 64])
    #expect(layers.indices.map { buckets.completed(by: $0) } == [1..<2, 0..<0, 0..<0, 0..<1, 0..<0])
  }

  @Test func aLargeLayerTravelsInPieces() {
    let buckets = Buckets(layers: [0, 64], count: 64 + 96, minimum: 32, maximum: 48)
    #expect(buckets.ranges == [112..<160, 64..<112, 16..<64, 0..<16])
    #expect(buckets.completed(by: 1) == 0..<2 && buckets.completed(by: 0) == 2..<4)
  }
}
