import Cluster
import Configuration
import DistTrain
import Files
import Foundation
import GAN
import ImageIO
import Numerics
import Reporting

/// The step of a configuration on drawn images, planned as a run plans it, with stopwatches in it.
final class MeasuredStep {
  /// The time of one step by part, on this rank.
  struct Parts {
    var total = 0.0
    /// Forward and backward passes.
    var convolutions = 0.0
    var otherLayers = 0.0
    var gradients = 0.0
    var statistics = 0.0
    var optimizer = 0.0
    var data = 0.0
    /// Between steps, including the ranks' agreement after each step.
    var rest: Double { total - convolutions - otherLayers - gradients - statistics - optimizer - data }
  }

  let plan: ShardPlan
  let threads: Threads
  let step: GANStep
  let training: TrainingSpecification
  /// The memory of this rank, as estimated by `--dry-run`.
  let memory: MemoryEstimate

  private let job: any Job
  private let engine: Engine
  private let images: ImageSet
  private let peers: MeasuredPeers
  private let layers: LayerClock
  private let batch: LocalBatch
  private var stepsDone = 0

  /// Collective.
  init(_ configuration: Configuration, job: any Job, _ kernels: Kernels) throws {
    self.job = job
    let program = ProcessMemory.resident
    training = configuration.training(ranks: job.size)
    let plan = try AgreedError.alike { [training] in
      try ShardPlan(batch: training.batch, shards: training.shards, ranks: job.size)
    }
    self.plan = plan
    threads = Threads(count: try ThreadCount.resolve(configuration.threads, job))
    let cache = ImageCache(
      folder: nil, source: try configuration.data.open(seed: configuration.seed, for: configuration.model.image),
      transform: configuration.data.transform(to: configuration.model.image),
      hash: SHA256.imageHash, warn: { _ in })
    images = try ImageSet.load(
      cache, plan: plan, seed: configuration.seed, shuffle: false, skipsBadImages: false, job: job, threads: threads,
      progress: { _ in nil })
    peers = MeasuredPeers(try job.makePeers(plan, kernels: kernels))
    engine = Engine(
      kernels: kernels, threads: threads, peers: peers, algorithms: configuration.kernels,
      samplesPerShard: training.samplesPerShard)
    batch = plan.localBatch(rank: job.rank, samples: plan.batch)
    step = try GANStep(configuration.model, training, samples: batch.samples, engine: engine)
    memory = MemoryEstimate(
      step, engine, plan, images: images.bytes, program: program, exportsGenerator: false, startsMPI: false)
    layers = LayerClock(step, peers.times)
  }

  /// One step with the loading of its images. Collective.
  func run() throws -> Parts {
    var parts = Parts()
    peers.times.reset()
    parts.total = try seconds {
      _ = try job.maximum(0)
      parts.data = seconds { load() }
      layers.begin()
      _ = try step.step(stepsDone, batch)
      layers.end()
    }
    (parts.convolutions, parts.otherLayers) = (layers.convolutions, layers.others)
    (parts.gradients, parts.statistics) = (peers.times.gradients, peers.times.statistics)
    parts.optimizer = peers.times.optimizer
    stepsDone += 1
    return parts
  }

  /// Seconds of the exchange of both networks' gradients with nothing to compute meanwhile, the optimizer left out;
  /// afterwards the sums are of no use. Collective.
  func exchangeAlone() throws -> Double {
    try job.barrier()
    return try seconds {
      for exchange in step.trained.reversed().map(\.exchange) {
        for bucket in exchange.owned.indices { try exchange.begin(bucket) }
        try exchange.exchangeAll()
      }
    }
  }

  /// Samples of the largest shard of this rank.
  var largestShard: Int { batch.shardSizes.max() ?? 0 }

  /// The samples of a pass over `groups` batches, as the step cuts them.
  func layout(groups: Int) -> BatchLayout {
    BatchLayout(
      reduction: peers.reduction, shardSizes: batch.shardSizes, globalSamples: batch.globalSamples, groups: groups)
  }

  private func load() {
    let target = step.realImages(batch.samples)
    let mine = plan.shards(ofRank: job.rank).flatMap { images.deal.images(ofShard: $0) }
    for (sample, image) in mine.enumerated() {
      images.copy(image, to: target.sample(sample), kernels: engine.kernels)
    }
  }
}
