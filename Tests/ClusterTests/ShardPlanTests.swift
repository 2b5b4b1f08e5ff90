import Cluster
import Reporting
import Testing

@Suite struct ShardPlanTests {
  static let batches = [1, 2, 3, 7, 8, 13, 16, 64, 100]

  @Test(arguments: batches)
  func everySampleStandsInItsShard(batch: Int) throws {
    for shards in 1...min(batch, 17) {
      let plan = try ShardPlan(batch: batch, shards: shards, ranks: 1)
      var members = [[BatchIndex]](repeating: [], count: shards)
      for sample in 0..<batch {
        members[Int((Double(sample * shards) / Double(batch)).rounded(.down))].append(BatchIndex(sample))
      }
      for shard in 0..<shards {
        #expect(Array(plan.samples(ofShard: shard)) == members[shard])
        for count in 0...batch {
          #expect(Array(plan.samples(ofShard: shard, inBatchOf: count)) == members[shard].filter { $0.number < count })
        }
      }
      for sample in 0..<BatchIndex(batch) { #expect(members[plan.shard(ofSample: sample)].contains(sample)) }
    }
  }

  @Test func thirteenSamplesOnEightShards() throws {
    let plan = try ShardPlan(batch: 13, shards: 8, ranks: 3)
    #expect((0..<8).map { plan.samples(ofShard: $0).count } == [2, 2, 1, 2, 2, 1, 2, 1])
    #expect((0..<8).map { plan.samples(ofShard: $0, inBatchOf: 5).count } == [2, 2, 1, 0, 0, 0, 0, 0])
    #expect((0..<3).map { plan.shards(ofRank: $0) } == [0..<2, 2..<5, 5..<8])
    #expect((0..<3).map { plan.samples(ofRank: $0) } == [0..<4, 4..<9, 9..<13])
    #expect((0..<3).map { plan.samples(ofRank: $0, inBatchOf: 5).count } == [4, 1, 0])
  }

  @Test(arguments: 1...20)
  func ranksShareAllShards(shards: Int) throws {
    for ranks in 1...shards {
      let plan = try ShardPlan(batch: 20, shards: shards, ranks: ranks)
      #expect((0..<ranks).flatMap { Array(plan.shards(ofRank: $0)) } == Array(0..<shards))
      #expect((0..<ranks).flatMap { Array(plan.samples(ofRank: $0)) } == Array(0..<20 as Range<BatchIndex>))
      for rank in 0..<ranks {
        #expect(!plan.shards(ofRank: rank).isEmpty)
        #expect(plan.shards(ofRank: rank).allSatisfy { plan.rank(ofShard: $0) == rank })
      }
    }
  }

  @Test func powersOfTwoAreOneNodePerRank() throws {
    for ranks in [1, 2, 4, 8] { #expect(try ShardPlan(batch: 16, shards: 8, ranks: ranks).isOneNodePerRank) }
    let three = try ShardPlan(batch: 16, shards: 8, ranks: 3)
    #expect(!three.isOneNodePerRank)
    #expect(three.nodes(ofRank: 1) == [2..<4, 4..<5])
  }

  @Test func refusals() throws {
    #expect(throws: ShardPlanError.moreRanksThanShards(ranks: 9, shards: 8, batch: 16)) {
      try ShardPlan(batch: 16, shards: 8, ranks: 9)
    }
    let message = UserFacingError(ShardPlanError.moreRanksThanShards(ranks: 9, shards: 8, batch: 16))
    #expect(message.code == .usage)
    #expect(message.message.contains("at most 8") && message.message.contains("train.shards"))
    #expect(throws: ShardPlanError.shardsOutOfRange(17, batch: 16)) { try ShardPlan(batch: 16, shards: 17, ranks: 1) }
    #expect(throws: ShardPlanError.shardsOutOfRange(0, batch: 16)) { try ShardPlan(batch: 16, shards: 0, ranks: 1) }
    #expect(throws: ShardPlanError.batchOutOfRange(0)) { try ShardPlan(batch: 0, shards: 1, ranks: 1) }
    #expect(throws: ShardPlanError.batchOutOfRange(.max)) { try ShardPlan(batch: .max, shards: 8, ranks: 1) }
    #expect(throws: ShardPlanError.noRanks(0)) { try ShardPlan(batch: 16, shards: 8, ranks: 0) }
  }
}
