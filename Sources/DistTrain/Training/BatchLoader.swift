import GAN
import Tensor

/// Puts this rank's real images of a step where D learns from them.
final class BatchLoader {
  private let state: RunState
  private var schedule: EpochSchedule
  /// By the samples of the whole batch; there are two sizes at most.
  private var known: [Int: LocalBatch] = [:]

  init(_ state: RunState) {
    self.state = state
    schedule = state.schedule
  }

  /// This rank's part of the batch of each of D's updates.
  func batches(ofStep index: Int) -> [LocalBatch] {
    (0..<schedule.batchesPerStep).map { localBatch(schedule.place(ofStep: index, update: $0).samples) }
  }

  /// The real images of one of D's updates.
  func load(_ index: Int, _ update: Int, _ batch: LocalBatch, into target: Tensor) {
    var sample = 0
    for shard in state.plan.shards(ofRank: state.job.rank) {
      for image in schedule.images(ofShard: shard, step: index, update: update) {
        let random = RandomStream(
          seed: state.configuration.seed, purpose: .augmentation, step: index, update: update,
          sample: batch.firstSample + sample)
        state.images.copy(
          image, changedBy: state.configuration.data.augment, random: random, to: target.sample(sample),
          kernels: state.kernels)
        sample += 1
      }
    }
  }

  /// The first batch of a step, loaded.
  func firstBatch(ofStep index: Int) -> LocalBatch {
    let batch = batches(ofStep: index)[0]
    load(index, 0, batch, into: state.step.realImages(batch.samples))
    return batch
  }

  private func localBatch(_ samples: Int) -> LocalBatch {
    if let batch = known[samples] { return batch }
    let made = state.plan.localBatch(rank: state.job.rank, samples: samples)
    known[samples] = made
    return made
  }
}
