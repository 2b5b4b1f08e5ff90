import Numerics

/// This rank's part of one batch.
package struct LocalBatch: Sendable {
  /// Index of its first sample in the global batch; its samples are consecutive.
  package let firstSample: Int
  /// Samples of each own shard; 0 is possible in a short last batch.
  package let shardSizes: [Int]
  /// Images of the batch over all ranks.
  package let globalSamples: Int

  package init(firstSample: Int, shardSizes: [Int], globalSamples: Int) {
    self.firstSample = firstSample
    self.shardSizes = shardSizes
    self.globalSamples = globalSamples
  }

  package var samples: Int { shardSizes.reduce(0, +) }
}

/// The layouts of a batch in the passes of a step.
struct StepLayouts {
  let globalSamples: Int
  let shardSizes: [Int]
  /// Real and fake images, as two groups.
  let pair: BatchLayout
  let fakes: BatchLayout

  init(_ batch: LocalBatch, _ reduction: ShardReduction) {
    func layout(groups: Int) -> BatchLayout {
      BatchLayout(
        reduction: reduction, shardSizes: batch.shardSizes, globalSamples: batch.globalSamples, groups: groups)
    }
    globalSamples = batch.globalSamples
    shardSizes = batch.shardSizes
    pair = layout(groups: 2)
    fakes = layout(groups: 1)
  }
}
