import Cluster
import GAN
import ImageIO
import Numerics

/// Loads one rank's real images of a step into the input of D.
package final class BatchLoader {
  private var schedule: EpochSchedule
  private let images: ImageSet
  private let rank: Int
  private let augmentation: Augmentation
  private let seed: UInt64
  private let kernels: Kernels
  /// By the number of samples of the whole batch; there are at most two sizes.
  private var known: [Int: LocalBatch] = [:]

  /// - Parameters:
  ///   - images: of this rank's shards.
  ///   - seed: of the augmentation's random numbers.
  package init(
    _ schedule: EpochSchedule, _ images: ImageSet, rank: Int, augmentation: Augmentation, seed: UInt64, kernels: Kernels
  ) {
    self.schedule = schedule
    self.images = images
    self.rank = rank
    self.augmentation = augmentation
    self.seed = seed
    self.kernels = kernels
  }

  /// This rank's part of the batch of each of D's updates.
  package func batches(ofStep index: Int) -> [LocalBatch] {
    (0..<schedule.batchesPerStep).map { localBatch(schedule.place(ofStep: index, update: $0).samples) }
  }

  /// The real images of one of D's updates.
  package func load(_ index: Int, _ update: Int, _ batch: LocalBatch, into target: Tensor) {
    var sample: LocalIndex = 0
    for shard in schedule.plan.shards(ofRank: rank) {
      for image in schedule.images(ofShard: shard, step: index, update: update) {
        let random = RandomStream(
          seed: seed, purpose: .augmentation, step: index, update: update, sample: batch.index(of: sample).number)
        images.copy(
          image, changedBy: augmentation, random: random, to: target.sample(sample.number), kernels: kernels)
        sample = sample.advanced(by: 1)
      }
    }
  }

  /// The first batch of a step, loaded into the input of `step`.
  func firstBatch(ofStep index: Int, for step: GANStep) -> LocalBatch {
    let batch = batches(ofStep: index)[0]
    load(index, 0, batch, into: step.realImages(batch.samples))
    return batch
  }

  private func localBatch(_ samples: Int) -> LocalBatch {
    if let batch = known[samples] { return batch }
    let made = schedule.plan.localBatch(rank: rank, samples: samples)
    known[samples] = made
    return made
  }
}

extension LocalBatch {
  /// The index in the whole batch of one of this rank's samples.
  func index(of sample: LocalIndex) -> BatchIndex { BatchIndex(firstSample + sample.number) }
}

extension BatchLoader {
  convenience init(_ state: RunState) {
    self.init(
      state.schedule, state.images, rank: state.job.rank, augmentation: state.configuration.data.augment,
      seed: state.configuration.seed, kernels: state.kernels)
  }
}
