import GAN
import ImageIO
import Tensor

/// What a run writes into its folder; rank 0 writes, the others take part where their data are needed.
final class RunOutput {
  private let state: RunState
  private let sampler: Sampler?
  private var metrics: MetricsLog?

  init(_ state: RunState, continuingFrom step: Int) throws {
    self.state = state
    var sampler: Sampler?
    var metrics: MetricsLog?
    try state.job.onFirst {
      sampler = Sampler(state.configuration, state.step, engine: state.engine)
      try state.folder.setAside(checkpointsAfter: step)
      try state.folder.setAside(samplesAfter: step)
      metrics = try MetricsLog(at: state.folder.metrics, continuingFrom: step)
      try state.folder.write(state.configuration.resolved(for: state.plan).resolved, to: state.folder.configuration)
    }
    self.sampler = sampler
    self.metrics = metrics
  }

  /// Before the first step: what the data look like, and what untrained networks make. Collective.
  func begin(_ schedule: inout EpochSchedule) throws {
    try writeRealImages(&schedule)
    try writeSamples(0)
  }

  /// `samples/<step>.png`. Collective.
  func writeSamples(_ step: Int) throws {
    try state.job.onFirst {
      try state.folder.write(try sampler!.grid(step), to: state.folder.sample(step: step))
    }
  }

  /// `samples/real.png`: the first images of the run's order, as many as a sample shows. Collective.
  private func writeRealImages(_ schedule: inout EpochSchedule) throws {
    let shape = state.configuration.model.imageShape
    let wanted = state.configuration.output.samples.count
    var values: [Float] = []
    var step = 0
    var collected = 0
    while collected < min(wanted, schedule.deal.images), step < schedule.totalSteps {
      let place = schedule.place(ofStep: step)
      let mine = state.plan.shards(ofRank: state.job.rank).flatMap { schedule.images(ofShard: $0, step: step) }
      var own = [Float](repeating: 0, count: mine.count * shape.count)
      own.withUnsafeMutableBufferPointer { own in
        for (sample, image) in mine.enumerated() {
          state.images.copy(image, to: own.baseAddress! + sample * shape.count, kernels: state.kernels)
        }
      }
      values += try state.job.gather(own).flatMap { $0 }
      collected += place.samples
      step += 1
    }
    try state.job.onFirst {
      let count = min(wanted, values.count / shape.count)
      let png = try values.withUnsafeMutableBufferPointer {
        try Sampler.png(Tensor(shape.with(samples: count), $0.baseAddress!), state.configuration.output.samples.grid)
      }
      try state.folder.write(png, to: state.folder.realSample)
    }
  }

  /// A line of `metrics.jsonl`. Collective.
  func append(
    _ status: TrainingStatus, images: Int, secondsPerStep: Double, _ parts: StepClock.Parts
  ) throws {
    try state.job.onFirst {
      try metrics!.append(
        MetricsRecord(
          status, images: images, secondsPerStep: secondsPerStep, secondsCompute: parts.compute,
          secondsExchange: parts.exchange, secondsData: parts.data))
    }
  }

  /// `checkpoints/<step>.safetensors`, and the oldest go; `losses.png` up to this step. Collective.
  func writeCheckpoint(_ step: Int, _ schedule: EpochSchedule) throws {
    let configuration = state.configuration.resolved(for: state.plan)
    let facts = CheckpointFacts(
      step: step, epoch: schedule.epochsDone(afterSteps: step), shards: state.plan.shards, seed: configuration.seed,
      generatorUpdates: state.step.generatorAdam.updates,
      discriminatorUpdates: state.step.discriminatorAdam.updates,
      instructionSet: state.kernels.instructionSet.rawValue, data: state.images.hash,
      configuration: configuration.resolved, changes: state.changes)
    // The metrics of the steps that the checkpoint stands for must not be younger than it.
    try state.job.onFirst { try metrics!.synchronize() }
    try Checkpoint(state.step, job: state.job).save(facts, to: state.folder.checkpoint(step: step))
    try state.job.onFirst {
      try state.folder.prune(keep: configuration.output.checkpoints.keep, valid: step)
      try state.folder.writeLossChart(metrics!.losses)
    }
  }

  /// `samples.gif`, and `samples/final.png` where it is asked for, when training ends. Collective.
  ///
  /// - Returns: what there is to take notice of, on rank 0.
  func finish(_ step: Int) throws -> [String] {
    var notes: [String] = []
    try state.job.onFirst {
      if let final = try sampler!.final(step) { try state.folder.write(final, to: state.folder.finalSample) }
      let leftOut = try state.folder.writeSampleAnimation(channels: state.configuration.model.imageChannels)
      if !leftOut.isEmpty {
        notes = ["\(state.folder.sampleAnimation) is without these samples:\n  " + leftOut.joined(separator: "\n  ")]
      }
    }
    return notes
  }

  /// `trace.safetensors`. Collective.
  ///
  /// - Parameter step: steps done.
  func finishTrace(_ trace: TraceRecorder, _ step: Int) throws {
    try trace.finish(
      samples: try sampler?.samples(step), metadata: state.traceMetadata, to: state.folder.trace)
  }
}

extension Configuration {
  /// With what was left to the program filled in.
  func resolved(for plan: ShardPlan) -> Configuration {
    var resolved = self
    resolved.train.shards = .fixed(plan.shards)
    return resolved
  }
}

extension RunState {
  /// The settings that a replay of a trace needs.
  fileprivate var traceMetadata: [String: String] {
    let train = configuration.train
    var metadata = [
      "batch": "\(train.batch)", "shards": "\(plan.shards)", "seed": "\(configuration.seed)",
      "noise": train.noise.rawValue, "labels.opinion": "1.0",
    ]
    if case .fixed(let real, let fake) = train.loss.labels {
      metadata["labels.real"] = "\(real)"
      metadata["labels.fake"] = "\(fake)"
    }
    for (network, adam) in [("generator", train.generator), ("discriminator", train.discriminator)] {
      metadata["\(network).learningRate"] = "\(adam.learningRate)"
      metadata["\(network).beta1"] = "\(adam.beta1)"
      metadata["\(network).beta2"] = "\(adam.beta2)"
      metadata["\(network).epsilon"] = "\(adam.epsilon)"
      metadata["\(network).weightDecay"] = "\(adam.weightDecay)"
    }
    return metadata
  }
}
