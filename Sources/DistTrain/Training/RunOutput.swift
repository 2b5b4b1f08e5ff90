import Cluster
import GAN
import ImageIO
import Numerics

/// The output of a run into its folder. Rank 0 writes; the others take part if their data are needed.
final class RunOutput {
  private let state: RunState
  private let sampler: Sampler?
  private var metrics: MetricsLog?
  private let events: TrainingEvents?
  let checkpoints: RunCheckpoints

  /// - Parameter quality: of the checkpoint that the run continues, if it was measured.
  init(_ state: RunState, continuingFrom step: Int, _ quality: ModelQuality?) throws {
    self.state = state
    var sampler: Sampler?
    var metrics: MetricsLog?
    var events: TrainingEvents?
    checkpoints = try RunCheckpoints(state, continuingFrom: step, quality)
    try state.job.onFirst {
      sampler = Sampler(
        state.samplingModel, state.configuration.output.samples, scratch: state.step.scratch, engine: state.engine)
      try state.folder.mark()
      try state.folder.setAside(samplesAfter: step)
      metrics = try MetricsLog(at: state.folder.metrics, continuingFrom: step)
      let configuration = state.configuration.yaml
      try state.folder.write(configuration, to: state.folder.configuration)
      if state.configuration.output.tensorboard {
        events = try TrainingEvents(state.folder, continuingFrom: step, configuration: configuration)
      }
    }
    self.sampler = sampler
    self.metrics = metrics
    self.events = events
  }

  /// Before the first step: samples of the data and of the untrained generator. Collective.
  func begin() throws {
    try writeRealImages()
    try writeSamples(0)
  }

  /// `samples/<step>.png`. Collective.
  func writeSamples(_ step: Int) throws {
    try state.makeImages {
      try state.job.activity.during(.samples) {
        let image = try sampler!.grid(step)
        let png = try PNGEncoder.bytes(of: image)
        try state.folder.write(png, to: state.folder.sample(step: step))
        try events?.append("samples", image, png: png, step: step)
      }
    }
  }

  /// `samples/real.png`: the first images of the run's order, each once; as many as in a sample, or all that there are.
  /// Collective.
  private func writeRealImages() throws {
    let shape = state.configuration.model.imageShape
    let count = min(state.configuration.output.samples.count, state.schedule.deal.images)
    var values = try state.firstImages(count)
    try state.job.onFirst {
      let image = values.withUnsafeMutableBufferPointer {
        Sampler.grid(Tensor(shape.with(samples: count), $0.baseAddress!), state.configuration.output.samples.grid)
      }
      let png = try PNGEncoder.bytes(of: image)
      try state.folder.write(png, to: state.folder.realSample)
      try events?.append("real", image, png: png, step: 0)
    }
  }

  /// A line of `metrics.jsonl`, and the same for TensorBoard. Collective.
  func append(_ measured: StepMeasurements) throws {
    try state.job.onFirst {
      try metrics!.append(measured)
      try events?.append(measured)
    }
  }

  /// Writes a checkpoint of `step`; see `RunCheckpoints`. Collective.
  func saveCheckpoint(_ step: Int, _ schedule: EpochSchedule, _ quality: ModelQuality?) throws {
    // The metrics must reach the disk before the checkpoint of their steps.
    try state.job.onFirst {
      try metrics!.synchronize()
      try events?.synchronize()
    }
    try checkpoints.save(step, schedule, quality, losses: metrics?.losses ?? [])
  }

  /// When training ends: `samples.gif`, and if configured `generator.onnx` and `samples/final.png`. Collective.
  ///
  /// - Returns: notes for the user, on rank 0.
  func finish(_ step: Int) throws -> [String] {
    var notes: [String] = []
    try state.makeImages {
      if state.configuration.output.onnx == .end { try checkpoints.writeGenerator(step) }
      if let final = try sampler!.final(step) {
        try state.folder.write(try PNGEncoder.bytes(of: final), to: state.folder.finalSample)
      }
      let leftOut = try state.folder.writeSampleAnimation(channels: state.configuration.model.image.channels)
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
    var samples: (latents: Tensor, images: Tensor)?
    try state.makeImages { samples = try sampler!.samples(step) }
    try trace.finish(samples: samples, metadata: state.traceMetadata, to: state.folder.trace)
  }
}

extension RunState {
  /// The settings that a replay of a trace needs.
  fileprivate var traceMetadata: [String: String] {
    let (train, rules) = (configuration.train, configuration.train.rules)
    var metadata = [
      "batch": "\(train.batch)", "shards": "\(plan.shards)", "seed": "\(configuration.seed)",
      "noise": rules.noise.rawValue, "labels.opinion": "1.0",
    ]
    for (name, value) in rules.loss.loss.constants { metadata[name] = "\(value)" }
    for (network, specification) in [("generator", rules.generator), ("discriminator", rules.discriminator)] {
      for (name, value) in specification.optimizer.hyperparameters { metadata["\(network).\(name)"] = "\(value)" }
    }
    return metadata
  }
}
