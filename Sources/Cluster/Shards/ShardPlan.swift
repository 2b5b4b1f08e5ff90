import Configuration
import Files
import GAN
import Numerics
import Reporting

/// The shards of a global batch, and the rank that owns each.
///
/// Sample i of `batch` belongs to shard ⌊i·shards/batch⌋, also in a short last batch, whose later shards are then
/// smaller or empty. Rank r owns the shards ⌊r·shards/ranks⌋ ..< ⌊(r+1)·shards/ranks⌋: at least one.
package struct ShardPlan: Hashable, Sendable {
  /// Samples of a full batch, over all ranks.
  package let batch: Int
  package let shards: Int
  package let ranks: Int

  package init(batch: Int, shards: Int, ranks: Int) throws(ShardPlanError) {
    guard (1...Int(Int32.max)).contains(batch) else { throw .batchOutOfRange(batch) }
    guard (1...batch).contains(shards) else { throw .shardsOutOfRange(shards, batch: batch) }
    guard ranks >= 1 else { throw .noRanks(ranks) }
    guard ranks <= shards else { throw .moreRanksThanShards(ranks: ranks, shards: shards, batch: batch) }
    self.batch = batch
    self.shards = shards
    self.ranks = ranks
  }

  /// The order in which the shards' values are added.
  package var tree: ShardTree { ShardTree(shards: shards) }

  // MARK: Samples of a shard

  package func shard(ofSample sample: BatchIndex) -> Int {
    precondition((0..<batch).contains(sample.number), "sample \(sample) of a batch of \(batch)")
    return sample.number * shards / batch
  }

  /// The samples of `shard` in a full batch.
  package func samples(ofShard shard: Int) -> Range<BatchIndex> {
    firstSample(ofShard: shard)..<firstSample(ofShard: shard + 1)
  }

  /// The samples of `shard` in a batch that has only `count` samples; maybe none.
  package func samples(ofShard shard: Int, inBatchOf count: Int) -> Range<BatchIndex> {
    precondition((0...batch).contains(count), "\(count) samples in a batch of at most \(batch)")
    return samples(ofShard: shard).clamped(to: 0..<BatchIndex(count))
  }

  private func firstSample(ofShard shard: Int) -> BatchIndex {
    precondition((0...shards).contains(shard), "shard \(shard) of \(shards)")
    return BatchIndex((shard * batch + shards - 1) / shards)
  }

  // MARK: Shards of a rank

  package func shards(ofRank rank: Int) -> Range<Int> {
    precondition((0..<ranks).contains(rank), "rank \(rank) of \(ranks)")
    return rank * shards / ranks..<(rank + 1) * shards / ranks
  }

  package func rank(ofShard shard: Int) -> Int {
    precondition((0..<shards).contains(shard), "shard \(shard) of \(shards)")
    return ((shard + 1) * ranks - 1) / shards
  }

  /// The samples of all shards of `rank`, which follow one another.
  package func samples(ofRank rank: Int) -> Range<BatchIndex> { samples(ofRank: rank, inBatchOf: batch) }

  package func samples(ofRank rank: Int, inBatchOf count: Int) -> Range<BatchIndex> {
    precondition((0...batch).contains(count), "\(count) samples in a batch of at most \(batch)")
    let owned = shards(ofRank: rank)
    return (firstSample(ofShard: owned.lowerBound)..<firstSample(ofShard: owned.upperBound)).clamped(
      to: 0..<BatchIndex(count))
  }

  /// One rank's part of a batch of `samples` samples.
  package func localBatch(rank: Int, samples: Int) -> LocalBatch {
    LocalBatch(
      firstSample: self.samples(ofRank: rank, inBatchOf: samples).lowerBound.number,
      shardSizes: shards(ofRank: rank).map { self.samples(ofShard: $0, inBatchOf: samples).count },
      globalSamples: samples)
  }

  /// The maximal whole nodes of the tree that `rank` owns: the values that it sends.
  package func nodes(ofRank rank: Int) -> [Range<Int>] { tree.nodes(in: shards(ofRank: rank)) }

  /// Whether every rank sends one value only, so that the exchange sends the least possible.
  package var isOneNodePerRank: Bool { (0..<ranks).allSatisfy { nodes(ofRank: $0).count == 1 } }
}

/// The reason why a batch cannot be cut as the configuration asks.
package enum ShardPlanError: ExplainedError, Equatable {
  case batchOutOfRange(Int)
  case shardsOutOfRange(Int, batch: Int)
  case noRanks(Int)
  case moreRanksThanShards(ranks: Int, shards: Int, batch: Int)

  package var code: ExitCode { .usage }

  package var message: String {
    switch self {
    case .batchOutOfRange(let batch): "train.batch is \(batch); it must be from 1 to \(Int32.max)"
    case .shardsOutOfRange(let shards, let batch):
      "train.shards is \(shards); it must be from 1 to train.batch, which is \(batch), or auto"
    case .noRanks(let ranks): "\(quantity(ranks, "rank")); there must be at least one"
    case .moreRanksThanShards(let ranks, let shards, let batch):
      "\(ranks) ranks, but a batch has only \(quantity(shards, "shard")) (train.shards) and each rank needs one: "
        + "start at most \(shards), or, for a new run, "
        + (ranks <= batch ? "set train.shards to at least \(ranks)" : "raise train.batch, which is \(batch)")
    }
  }
}
