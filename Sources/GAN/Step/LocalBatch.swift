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
