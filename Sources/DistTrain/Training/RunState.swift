import Cluster
import Configuration
import GAN
import Numerics

/// The state of a run that is ready to train.
package struct RunState {
  /// Resolved.
  let configuration: Configuration
  let options: RunOptions
  let job: any Job
  let engine: Engine
  let plan: ShardPlan
  let images: ImageSet
  package let schedule: EpochSchedule
  package let step: GANStep
  /// The model for samples, measures of quality and exported files; see `makeImages`.
  let samplingModel: SamplingModel
  let folder: RunFolder
  /// Settings changed on purpose, one a line.
  let changes: String

  package init(
    configuration: Configuration, options: RunOptions, job: any Job, engine: Engine, plan: ShardPlan, images: ImageSet,
    schedule: EpochSchedule, step: GANStep, folder: RunFolder, changes: String
  ) {
    self.configuration = configuration
    self.options = options
    self.job = job
    self.engine = engine
    self.plan = plan
    self.images = images
    self.schedule = schedule
    self.step = step
    samplingModel = SamplingModel(of: step, configuration)
    self.folder = folder
    self.changes = changes
  }

  var kernels: Kernels { engine.kernels }

  /// Runs `body`, which uses `samplingModel`, on rank 0. Collective.
  func makeImages(_ body: () throws -> Void) throws { try step.makeImages(job, body) }

  /// The images of one step's first batch in sample order, on rank 0; empty elsewhere. Collective.
  func firstBatch(of images: ImageSet, _ schedule: inout EpochSchedule, step: Int) throws -> [Float] {
    try gather(plan.shards(ofRank: job.rank).flatMap { schedule.images(ofShard: $0, step: step) }, of: images)
  }

  /// The first `count` images of the run's order, each once, on rank 0; empty elsewhere. Also those that the first epoch
  /// leaves out at its end. Collective.
  package func firstImages(_ count: Int) throws -> [Float] {
    let orders = plan.shards(ofRank: job.rank).map { shard in
      (images: schedule.deal.images(ofShard: shard, inEpoch: 0), share: plan.samples(ofShard: shard).count)
    }
    var values: [Float] = []
    // The shards' parts of the first batch, of the second, and so on.
    for batch in 0..<(count + plan.batch - 1) / plan.batch {
      values += try gather(orders.flatMap { $0.images.dropFirst(batch * $0.share).prefix($0.share) }, of: images)
    }
    return Array(values.prefix(count * configuration.model.imageShape.count))
  }

  /// The ranks' images `mine` in the order of ranks, on rank 0; empty elsewhere. Collective.
  private func gather(_ mine: [DealIndex], of images: ImageSet) throws -> [Float] {
    let size = configuration.model.imageShape.count
    var own = [Float](repeating: 0, count: mine.count * size)
    own.withUnsafeMutableBufferPointer { own in
      for (sample, image) in mine.enumerated() {
        images.copy(image, to: own.baseAddress! + sample * size, kernels: kernels)
      }
    }
    return try job.gather(own).flatMap { $0 }
  }
}
