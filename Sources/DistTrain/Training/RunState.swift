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
