import Cluster
import GAN

/// The checkpoints of a run, and the files that accompany each: `losses.png`, `generator.onnx`, `best.safetensors`.
///
/// `save` writes a checkpoint into memory; it is written to the disk during the next steps, and `complete` does the
/// rest once it is there. Until then the previous one is the newest.
package final class RunCheckpoints {
  private let state: RunState
  /// Of the checkpoint that is kept as the best.
  private var best: ModelQuality?
  private var pending: Pending?

  /// A checkpoint that is saved and not completed. Only step and quality are set on other ranks than 0.
  private struct Pending {
    let step: Int
    let quality: ModelQuality?
    let commit: CheckpointCommit?
    let losses: [MetricsLog.Losses]
    let generator: [UInt8]?
  }

  /// Collective.
  ///
  /// - Parameter quality: of the checkpoint that the run continues, if it was measured.
  package init(_ state: RunState, continuingFrom step: Int, _ quality: ModelQuality?) throws {
    self.state = state
    var best: ModelQuality?
    try state.job.onFirst {
      try state.folder.setAside(checkpointsAfter: step)
      try state.folder.setAside(bestAfter: step)
      best = state.folder.bestFacts()?.quality
      // A run may have been killed between writing a checkpoint and completing it.
      if let quality, quality.isBetter(than: best), state.folder.hasCheckpoint(of: step) {
        try state.folder.keepAsBest(step: step)
        best = quality
      }
    }
    let known = try state.job.broadcast(Array((best?.description ?? "").utf8))
    self.best = ModelQuality(String(decoding: known, as: UTF8.self))
  }

  /// Writes `checkpoints/<step>.safetensors`. Collective; the one before it has been completed.
  ///
  /// - Parameters:
  ///   - quality: of the model, if it was measured.
  ///   - losses: up to this step, on rank 0.
  package func save(
    _ step: Int, _ schedule: EpochSchedule, _ quality: ModelQuality?, losses: [MetricsLog.Losses]
  ) throws {
    precondition(pending == nil, "checkpoints come one after the other")
    let configuration = state.configuration
    let facts = CheckpointFacts(
      step: step, epoch: schedule.epochsDone(afterSteps: step), shards: state.plan.shards, seed: configuration.seed,
      generatorUpdates: state.step.trainedGenerator.owned.updates,
      discriminatorUpdates: state.step.trainedDiscriminator.owned.updates,
      instructionSet: state.kernels.instructionSet.rawValue, data: state.images.hash,
      configuration: configuration.yaml, changes: state.changes,
      quality: quality)
    var exported: [UInt8]?
    if configuration.output.onnx == .checkpoints { try state.makeImages { exported = generator(step) } }
    let commit = try Checkpoint(state.step, job: state.job).save(facts, to: state.folder.checkpoint(step: step))
    pending = Pending(step: step, quality: quality, commit: commit, losses: losses, generator: exported)
  }

  /// Whether the saved checkpoint is on the disk, or will never be; false on other ranks than 0, which do not know.
  package var isOnDisk: Bool { pending?.commit?.hasEnded ?? false }

  /// Waits for the saved checkpoint, if there is one, to be on the disk; removes the oldest, writes `losses.png` and
  /// `generator.onnx` of its step, and keeps it as `best.safetensors` if it is the best. Collective.
  ///
  /// - Returns: notes for the user, on rank 0; nil if none was saved.
  package func complete() throws -> [String]? {
    guard let pending else { return nil }
    self.pending = nil
    let isBest = pending.quality.map { $0.isBetter(than: best) } ?? false
    if isBest { best = pending.quality }
    try state.job.onFirst {
      try state.job.activity.during(.checkpoint) {
        try pending.commit?.wait()
        try state.folder.prune(keep: state.configuration.output.checkpoints.keep, valid: pending.step)
        try state.folder.writeLossChart(pending.losses)
        if let generator = pending.generator { try state.folder.write(generator, to: state.folder.generator) }
        if isBest { try state.folder.keepAsBest(step: pending.step) }
      }
    }
    guard isBest, let quality = pending.quality else { return [] }
    return ["the best so far: \(quality.rounded) after step \(pending.step), kept as \(state.folder.bestCheckpoint)"]
  }

  /// Waits for a saved checkpoint, and ignores its errors, if the run ends by an error: it is good, and may be the only
  /// one.
  package func settle() { try? pending?.commit?.wait() }

  /// Writes `generator.onnx` of this step, on rank 0.
  package func writeGenerator(_ step: Int) throws {
    try state.folder.write(generator(step), to: state.folder.generator)
  }

  /// The generator in ONNX, by running statistics.
  private func generator(_ step: Int) -> [UInt8] {
    let facts = GeneratorFacts(step: step, data: state.images.hash, state.configuration)
    return GeneratorExport.onnx(of: state.samplingModel, after: step, description: facts.metadata)
  }
}
