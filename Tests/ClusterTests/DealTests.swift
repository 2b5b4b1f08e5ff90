import Cluster
import ImageIO
import Testing

@Suite struct DealTests {
  @Test func unshuffledPositionsGoToTheShardOfTheirSample() throws {
    let plan = try ShardPlan(batch: 4, shards: 2, ranks: 1)
    let deal = Deal(images: 11, plan: plan, seed: 1, shuffle: false)
    #expect(deal.images(ofShard: 0) == [0, 1, 4, 5, 8, 9])
    #expect(deal.images(ofShard: 1) == [2, 3, 6, 7, 10])
    #expect(deal.images(ofShard: 0, inEpoch: 3) == deal.images(ofShard: 0))
  }

  @Test(arguments: [(400, 16, 8), (13, 13, 8), (5, 13, 8), (100, 7, 1), (1, 1, 1), (0, 4, 2)])
  func everyImageIsDealtOnce(images: Int, batch: Int, shards: Int) throws {
    let plan = try ShardPlan(batch: batch, shards: shards, ranks: 1)
    let deal = Deal(images: images, plan: plan, seed: 42, shuffle: true)
    let dealt = (0..<shards).flatMap { deal.images(ofShard: $0) }
    #expect(dealt.sorted() == Array(0..<DealIndex(images)))
    for shard in 0..<shards {
      let positions = (0..<images).filter { plan.samples(ofShard: shard).contains(BatchIndex($0 % batch)) }
      #expect(deal.images(ofShard: shard).count == positions.count)
      #expect(deal.images(ofShard: shard, inEpoch: 2).sorted() == deal.images(ofShard: shard).sorted())
    }
  }

  @Test func shufflesDependOnSeedEpochAndShard() throws {
    let plan = try ShardPlan(batch: 16, shards: 2, ranks: 1)
    let deal = Deal(images: 400, plan: plan, seed: 1, shuffle: true)
    let other = Deal(images: 400, plan: plan, seed: 2, shuffle: true)
    #expect(deal.images(ofShard: 0) != deal.images(ofShard: 0).sorted())
    #expect(deal.images(ofShard: 0) != other.images(ofShard: 0))
    #expect(deal.images(ofShard: 0, inEpoch: 0) != deal.images(ofShard: 0, inEpoch: 1))
    #expect(deal.images(ofShard: 0, inEpoch: 1) == deal.images(ofShard: 0, inEpoch: 1))
    let ranks = (0..<2).map { shard in
      let sorted = deal.images(ofShard: shard)
      return deal.images(ofShard: shard, inEpoch: 1).map { sorted.firstIndex(of: $0)! }
    }
    #expect(ranks[0] != ranks[1], "two shards are not reordered alike")
  }

  @Test func theDealDoesNotDependOnTheRanks() throws {
    let one = Deal(images: 99, plan: try ShardPlan(batch: 13, shards: 8, ranks: 1), seed: 3, shuffle: true)
    let five = Deal(images: 99, plan: try ShardPlan(batch: 13, shards: 8, ranks: 5), seed: 3, shuffle: true)
    for shard in 0..<8 { #expect(one.images(ofShard: shard) == five.images(ofShard: shard)) }
  }
}
