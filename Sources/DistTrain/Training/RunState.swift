import GAN
import Tensor

/// Everything that a run has once it is ready to train.
struct RunState {
  let configuration: Configuration
  let options: RunOptions
  let job: any Job
  let engine: Engine
  let plan: ShardPlan
  let images: ImageSet
  let schedule: EpochSchedule
  let step: GANStep
  let folder: RunFolder
  /// Settings changed on purpose, one a line.
  let changes: String

  var kernels: Kernels { engine.kernels }

  /// The pictures of one step's first batch in sample order, on rank 0; empty elsewhere. Collective.
  func pictures(of images: ImageSet, _ schedule: inout EpochSchedule, step: Int) throws -> [Float] {
    let size = configuration.model.imageShape.count
    let mine = plan.shards(ofRank: job.rank).flatMap { schedule.images(ofShard: $0, step: step) }
    var own = [Float](repeating: 0, count: mine.count * size)
    own.withUnsafeMutableBufferPointer { own in
      for (sample, image) in mine.enumerated() {
        images.copy(image, to: own.baseAddress! + sample * size, kernels: kernels)
      }
    }
    return try job.gather(own).flatMap { $0 }
  }
}

extension ShardPlan {
  /// One rank's part of a batch of `samples` samples.
  func localBatch(rank: Int, samples: Int) -> LocalBatch {
    LocalBatch(
      firstSample: self.samples(ofRank: rank, inBatchOf: samples).lowerBound,
      shardSizes: shards(ofRank: rank).map { self.samples(ofShard: $0, inBatchOf: samples).count },
      globalSamples: samples)
  }
}
