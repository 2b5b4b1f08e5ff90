import GAN

/// What D makes of pictures that it never learns from.
struct HeldOutPictures {
  private let images: ImageSet
  private let state: RunState
  private let schedule: EpochSchedule

  init(_ images: ImageSet, _ state: RunState) throws {
    self.images = images
    self.state = state
    schedule = try EpochSchedule(plan: state.plan, deal: images.deal, lastBatch: .keep, steps: nil, epochs: 1)
  }

  /// D's mean loss on them and the share that it takes for real, after `steps` steps. Collective.
  func judge(after steps: Int) throws -> (loss: Double, accuracy: Double) {
    var schedule = schedule
    var (loss, accuracy) = (0.0, 0.0)
    for index in 0..<schedule.totalSteps {
      let batch = state.plan.localBatch(rank: state.job.rank, samples: schedule.place(ofStep: index).samples)
      let target = state.step.realImages(batch.samples)
      let mine = state.plan.shards(ofRank: state.job.rank).flatMap { schedule.images(ofShard: $0, step: index) }
      for (sample, image) in mine.enumerated() {
        images.copy(image, to: target.sample(sample), kernels: state.kernels)
      }
      let opinion = try state.step.judgeHeldOut(steps, batch)
      loss += opinion.loss * Double(batch.globalSamples)
      accuracy += opinion.accuracy * Double(batch.globalSamples)
    }
    let count = Double(images.deal.images)
    return (loss / count, accuracy / count)
  }
}
