import Configuration
import Files
import GAN
import Reporting

/// The images of every step: a pure function of the step, so that a continued run needs no saved state.
///
/// Steps, epochs and batches are counted from 0. An epoch counts real images: a step with n updates of D uses n
/// batches, and an epoch may end within a step.
package struct EpochSchedule: Sendable {
  package let plan: ShardPlan
  package let deal: Deal
  package let lastBatch: LastBatch
  /// Batches of real images per step.
  package let batchesPerStep: Int
  package let batchesPerEpoch: Int
  /// Images that D sees in an epoch; an image that `wrap` repeats counts twice.
  package let imagesPerEpoch: Int
  /// Steps of the whole run.
  package let totalSteps: Int
  private var cachedOrders: [Int: (epoch: Int, images: [DealIndex])] = [:]

  /// - Parameters:
  ///   - steps: end of the run; with `epochs`, whichever comes first.
  ///   - batchesPerStep: D's updates per step.
  package init(
    plan: ShardPlan, deal: Deal, lastBatch: LastBatch, steps: Int?, epochs: Int?, batchesPerStep: Int = 1
  ) throws(EpochScheduleError) {
    precondition(deal.batch == plan.batch && deal.shards == plan.shards, "a deal for another plan")
    precondition(batchesPerStep > 0, "a step uses at least one batch")
    guard deal.images > 0 else { throw .noImages }
    let (whole, rest) = deal.images.quotientAndRemainder(dividingBy: plan.batch)
    switch lastBatch {
    case .drop:
      guard whole > 0 else { throw .lessThanOneBatch(images: deal.images, batch: plan.batch) }
      batchesPerEpoch = whole
      imagesPerEpoch = whole * plan.batch
    case .keep:
      batchesPerEpoch = whole + (rest > 0 ? 1 : 0)
      imagesPerEpoch = deal.images
    case .wrap:
      let needed = plan.samples(ofShard: plan.shards - 1).lowerBound.number + 1
      guard deal.images >= needed else { throw .emptyShard(images: deal.images, needed: needed, shards: plan.shards) }
      batchesPerEpoch = whole + (rest > 0 ? 1 : 0)
      imagesPerEpoch = batchesPerEpoch * plan.batch
    }
    guard steps != nil || epochs != nil else { throw .endless }
    let (batches, overflow) = batchesPerEpoch.multipliedReportingOverflow(by: epochs ?? .max)
    let stepsOfEpochs = overflow ? Int.max : batches / batchesPerStep + (batches % batchesPerStep > 0 ? 1 : 0)
    totalSteps = max(0, min(steps ?? .max, stepsOfEpochs))
    self.plan = plan
    self.deal = deal
    self.lastBatch = lastBatch
    self.batchesPerStep = batchesPerStep
  }

  /// The place of a batch of real images in the run.
  package struct Place: Equatable, Sendable {
    package let epoch: Int
    /// The batch's number within its epoch.
    package let batch: Int
    /// Real images in it: `train.batch`, or fewer in a kept last batch.
    package let samples: Int
  }

  /// The batch that D's update `update` of `step` learns from.
  package func place(ofStep step: Int, update: Int = 0) -> Place {
    precondition(step >= 0 && (0..<batchesPerStep).contains(update), "update \(update) of step \(step)")
    let (epoch, batch) = (step * batchesPerStep + update).quotientAndRemainder(dividingBy: batchesPerEpoch)
    let isShort = lastBatch == .keep && batch == batchesPerEpoch - 1
    return Place(epoch: epoch, batch: batch, samples: isShort ? deal.images - batch * plan.batch : plan.batch)
  }

  /// Samples of the smallest batch of the run.
  package var smallestBatch: Int {
    let (batches, overflow) = totalSteps.multipliedReportingOverflow(by: batchesPerStep)
    let reachesLast = overflow || batches >= batchesPerEpoch
    guard lastBatch == .keep, reachesLast else { return plan.batch }
    return deal.images - (batchesPerEpoch - 1) * plan.batch
  }

  /// Throws if the run has a batch of one sample, from which a batch norm of `model` cannot learn.
  package func check(_ model: ModelSpecification) throws(EpochScheduleError) {
    guard totalSteps > 0, smallestBatch == 1, let norm = model.singleValueNorm else { return }
    throw .singleValue(images: deal.images, batch: plan.batch, norm)
  }

  /// The images that `shard` contributes, in the order of its samples in the batch
  /// (`plan.samples(ofShard:inBatchOf:)`).
  package mutating func images(ofShard shard: Int, step: Int, update: Int = 0) -> ShardImages {
    let place = place(ofStep: step, update: update)
    let order = order(ofShard: shard, inEpoch: place.epoch)
    let first = place.batch * plan.samples(ofShard: shard).count
    let count = plan.samples(ofShard: shard, inBatchOf: place.samples).count
    return ShardImages(order: order, first: first, count: count)
  }

  /// Whole epochs done after `steps` steps.
  package func epochsDone(afterSteps steps: Int) -> Int { steps * batchesPerStep / batchesPerEpoch }

  /// Real images that D has seen in `steps` steps.
  package func imagesSeen(afterSteps steps: Int) -> Int {
    let (epochs, batches) = (steps * batchesPerStep).quotientAndRemainder(dividingBy: batchesPerEpoch)
    return epochs * imagesPerEpoch + batches * plan.batch
  }

  private mutating func order(ofShard shard: Int, inEpoch epoch: Int) -> [DealIndex] {
    if let cached = cachedOrders[shard], cached.epoch == epoch { return cached.images }
    let images = deal.images(ofShard: shard, inEpoch: epoch)
    cachedOrders[shard] = (epoch, images)
    return images
  }
}

/// A shard's images of one batch: a view of its order of the epoch, which wraps around at the end.
package struct ShardImages: RandomAccessCollection, Sendable {
  fileprivate let order: [DealIndex]
  fileprivate let first: Int
  package let count: Int

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }
  package subscript(index: Int) -> DealIndex { order[(first + index) % order.count] }
}

/// The reason why these images do not make an epoch.
package enum EpochScheduleError: ExplainedError, Equatable {
  case noImages
  case lessThanOneBatch(images: Int, batch: Int)
  case emptyShard(images: Int, needed: Int, shards: Int)
  case endless
  /// A batch of one sample.
  case singleValue(images: Int, batch: Int, SingleValueNorm)

  package var code: ExitCode {
    switch self {
    case .noImages: .badData
    case .lessThanOneBatch, .emptyShard, .endless, .singleValue: .usage
    }
  }

  package var message: String {
    switch self {
    case .noImages: "the data set has no images; check data.path and data.pattern"
    case .lessThanOneBatch(let images, let batch):
      "the data set has \(quantity(images, "image")), fewer than one batch of \(batch), and data.lastBatch is drop: "
        + "set train.batch to at most \(images), or data.lastBatch to keep or wrap"
    case .emptyShard(let images, let needed, let shards):
      "the data set has \(quantity(images, "image")), too few to give each of \(quantity(shards, "shard")) one "
        + "(data.lastBatch is wrap): \(needed) are needed; lower train.batch or train.shards, or set data.lastBatch to keep"
    case .singleValue(let images, let batch, let norm):
      "the data set has \(quantity(images, "image")), so that the last batch of an epoch, in batches of \(batch), has 1 "
        + "(data.lastBatch is keep), expected at least 2: \(norm); "
        + "set data.lastBatch to drop or wrap, or change train.batch"
    case .endless: "the run has no end: set train.steps or train.epochs"
    }
  }
}
