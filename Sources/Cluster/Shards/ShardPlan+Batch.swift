import GAN

extension ShardPlan {
  /// One rank's part of a batch of `samples` samples.
  package func localBatch(rank: Int, samples: Int) -> LocalBatch {
    LocalBatch(
      firstSample: self.samples(ofRank: rank, inBatchOf: samples).lowerBound.number,
      shardSizes: shards(ofRank: rank).map { self.samples(ofShard: $0, inBatchOf: samples).count },
      globalSamples: samples)
  }
}
