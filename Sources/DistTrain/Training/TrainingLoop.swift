import Cluster
import Files
import Foundation
import GAN
import Reporting

/// Runs the steps and the actions due between them: log lines, samples, checkpoints, a stop.
final class TrainingLoop {
  private let state: RunState
  private let start: Int
  private let console: Console
  private let output: RunOutput
  private let heldOut: HeldOutImages?
  private let qualityMeasure: QualityMeasure?
  /// Of the step whose checkpoint is about to be written.
  private var quality: ModelQuality?
  private var schedule: EpochSchedule
  private let loader: BatchLoader
  private var clock: StepClock
  private var progress: TrainingProgress?
  private var stragglers: Stragglers
  private var savedStep: Int?

  /// - Parameter quality: of the checkpoint that the run continues, if it was measured.
  init(_ state: RunState, start: Int, _ quality: ModelQuality?, console: Console) throws {
    self.state = state
    self.start = start
    self.console = console
    schedule = state.schedule
    loader = BatchLoader(state)
    heldOut = try state.images.heldOut.map { try HeldOutImages($0, state) }
    clock = StepClock(state.job)
    stragglers = Stragglers(hosts: try state.job.allGather(state.job.host))
    qualityMeasure = QualityMeasure(state, heldOut)
    output = try RunOutput(state, continuingFrom: start, quality)
    let isSaved = try state.job.maximum(state.job.isFirst && state.folder.hasCheckpoint(of: start) ? 1 : 0) > 0
    savedStep = isSaved ? start : nil
  }

  /// Collective.
  package func run() throws -> ExitCode {
    do { return try train() } catch {
      output.checkpoints.settle()
      throw error
    }
  }

  private func train() throws -> ExitCode {
    let (job, settings) = (state.job, state.configuration.output)
    if start == 0 {
      try output.begin()
    } else if settings.samples.afterResume {
      try output.writeSamples(start)
    }
    console.say(describeStop())
    let agreement = StepAgreement(job, state.plan)
    var trace: TraceRecorder?
    if state.options.tracedSteps > 0 { trace = TraceRecorder(state.step, job: job) }
    if state.options.isDebug {
      try DebugChecks(state, console: console).begin(start, loader.firstBatch(ofStep: start, for: state.step))
    }
    if job.isFirst {
      progress = console.trainingProgress(schedule, from: start, settings.log)
    }

    var news = try agreement.check(nil, StopSignals.request, isCheckpointOnDisk: false, after: start)
    clock.reset()
    for index in start..<schedule.totalSteps {
      if case .stop(let request) = news { return try stop(after: index, request) }
      job.activity.begin(step: index + 1)

      let batches = loader.batches(ofStep: index)
      state.step.observe = trace.map { trace in
        { update, report in
          let batch =
            if case .discriminator(let number) = update { batches[number] } else { batches[batches.count - 1] }
          try trace.record(index, update, batch, report)
        }
      }
      let report = try clock.measure(images: batches.reduce(0) { $0 + $1.globalSamples }) { clock in
        try job.activity.during(.computing) {
          try state.step.step(index, batches) { update, target in
            clock.loading { loader.load(index, update, batches[update], into: target) }
          }
        }
      }
      let done = index + 1
      news = try agreement.check(
        state.step.fault, StopSignals.request, isCheckpointOnDisk: output.checkpoints.isOnDisk, after: done)
      guard report.isFinite else { throw diverged(done, report) }
      if let recorder = trace {
        try recorder.record(index, batches[batches.count - 1], report)
        if done == start + state.options.tracedSteps || done == schedule.totalSteps {
          try output.finishTrace(recorder, done)
          trace = nil
        }
      }
      try tell(done, report, batches[batches.count - 1])
      if news == .checkpointOnDisk { try completeCheckpoint() }
      if schedule.isDue(settings.samples.every, after: done) { try output.writeSamples(done) }
      if isCheckpointDue(done) { try save(done) }
    }
    job.activity.enter(.ending)
    let done = schedule.totalSteps
    if start < done, !schedule.isDue(settings.samples.every, after: done) { try output.writeSamples(done) }
    if savedStep != done { try save(done) }
    try completeCheckpoint()
    progress?.end()
    try output.finish(done).forEach(console.note)
    let peak = try job.maximum(ProcessMemory.peak)
    console.say("peak memory of a \(job.size == 1 ? "process" : "rank"): \(ProcessMemory.megabytes(peak))")
    console.say("done: \(quantity(done, "step")); samples in \(state.folder.sample(step: done))")
    return .done
  }

  /// The bar at every step, a line of metrics every `log.every`. Collective.
  private func tell(_ done: Int, _ report: StepReport, _ batch: LocalBatch) throws {
    let log = state.configuration.output.log
    let epoch = schedule.epochsDone(afterSteps: done)
    let endsEpoch = epoch > schedule.epochsDone(afterSteps: done - 1)
    let isLast = done == schedule.totalSteps
    let isMeasured = qualityMeasure != nil && (isLast || isCheckpointDue(done))
    let isDue = schedule.isDue(log.every, after: done) || isLast || endsEpoch && heldOut != nil || isMeasured
    var measured = StepMeasurements(
      step: done, epoch: epoch, images: schedule.imagesSeen(afterSteps: done), report: report,
      imagesPerSecond: clock.imagesPerSecond)
    // First: later actions overwrite the step's images.
    if isDue, log.losses == .recomputed {
      (measured.report.lossDiscriminator, measured.report.lossGenerator) = try state.step.losses(of: batch)
    }
    quality = isMeasured ? try qualityMeasure?.quality(after: done) : nil
    measured.quality = quality
    if endsEpoch, let heldOut {
      measured.heldOut = try state.job.activity.during(.evaluation) { try heldOut.scores(after: done) }
    }
    if isDue {
      let (imagesPerSecond, times) = try clock.summary()
      (measured.imagesPerSecond, measured.times) = (imagesPerSecond, times)
      if let straggler = stragglers.line(times) { progress?.say(straggler) }
      try output.append(measured)
      clock.reset()
    }
    progress?.update(measured)
  }

  private func isCheckpointDue(_ done: Int) -> Bool {
    schedule.isDue(state.configuration.output.checkpoints.every, after: done)
  }

  private func save(_ done: Int) throws {
    try completeCheckpoint()
    try output.saveCheckpoint(done, schedule, quality)
    savedStep = done
    let log = state.configuration.output.log
    // A log with lines for checkpoints needs them in order.
    if log.format.recipeLog(every: log.every)?.checkpointLine != nil { try completeCheckpoint() }
  }

  /// Completes the checkpoint that was saved last, if that has not been done.
  private func completeCheckpoint() throws {
    guard let notes = try output.checkpoints.complete() else { return }
    notes.forEach(console.say)
    progress?.checkpointWritten()
  }

  private func stop(after done: Int, _ request: StopRequest) throws -> ExitCode {
    if savedStep != done { try save(done) }
    try completeCheckpoint()
    progress?.end()
    let left = progress?.timeLeft(after: done).map { " About \(spoken(seconds: $0)) of training are left." } ?? ""
    console.say(
      "stopped on \(request.name) after step \(done) of \(schedule.totalSteps); \(state.folder.checkpoint(step: done)) is "
        + "written, and the same command continues from there.\(left)")
    return .stopped
  }

  private func diverged(_ done: Int, _ report: StepReport) -> AgreedError {
    func text(_ loss: Double) -> String { String(format: "%.5g", loss) }
    return AgreedError(
      UserFacingError(
        code: .internalError,
        message: """
          step \(done): a loss is not finite (D on real \(text(report.lossReal)), D on fakes \
          \(text(report.lossFake)), G \(text(report.lossGenerator))). The checkpoints before it are good. Run with \
          --debug to see the first layer that goes wrong; lower learning rates are the usual cure
          """))
  }

  private func describeStop() -> String {
    // disttrain-launch turns Ctrl-C into USR1 and sets this variable; mpirun itself kills its ranks after 2 s.
    let isSafe = state.job.size == 1 || getenv("DISTTRAIN_LAUNCHER") != nil
    return isSafe
      ? "Ctrl-C writes a checkpoint and stops"
      : "kill -USR1 \(getppid()) writes a checkpoint and stops (Ctrl-C under plain mpirun does not wait for one)"
  }
}
