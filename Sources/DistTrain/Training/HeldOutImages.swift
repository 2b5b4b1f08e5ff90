import Cluster
import GAN
import ImageMetrics
import Numerics

/// D's loss and accuracy on images that it is not trained on.
struct HeldOutImages {
  private let images: ImageSet
  private let state: RunState
  private let schedule: EpochSchedule

  init(_ images: ImageSet, _ state: RunState) throws {
    self.images = images
    self.state = state
    schedule = try EpochSchedule(plan: state.plan, deal: images.deal, lastBatch: .keep, steps: nil, epochs: 1)
  }

  /// D's mean loss on them and the share that it classifies as real, after `steps` steps. Collective.
  func scores(after steps: Int) throws -> (loss: Double, accuracy: Double) {
    var schedule = schedule
    var (loss, accuracy) = (0.0, 0.0)
    for index in 0..<schedule.totalSteps {
      let batch = state.plan.localBatch(rank: state.job.rank, samples: schedule.place(ofStep: index).samples)
      let target = state.step.realImages(batch.samples)
      let mine = state.plan.shards(ofRank: state.job.rank).flatMap { schedule.images(ofShard: $0, step: index) }
      for (sample, image) in mine.enumerated() {
        images.copy(image, to: target.sample(sample), kernels: state.kernels)
      }
      let means = try state.step.scoreHeldOut(steps, batch)
      loss += means.loss * Double(batch.globalSamples)
      accuracy += means.accuracy * Double(batch.globalSamples)
    }
    let count = Double(images.deal.images)
    return (loss / count, accuracy / count)
  }

  /// The first `count` of them, on rank 0; empty elsewhere. Collective.
  func gather(_ count: Int) throws -> ImageArray {
    let shape = state.configuration.model.imageShape
    var schedule = schedule
    var values: [Float] = []
    var index = 0
    while index < schedule.totalSteps, index * state.plan.batch < count {
      values += try state.firstBatch(of: images, &schedule, step: index)
      index += 1
    }
    let found = min(count, values.count / shape.count)
    // From channels last to channels first.
    return values.withUnsafeMutableBufferPointer { values in
      let gathered = Tensor(shape.with(samples: found), values.baseAddress!)
      return ImageArray(
        count: found, channels: shape.channels, height: shape.height, width: shape.width,
        values: found > 0 ? gathered.channelsFirst : [])
    }
  }
}
