import Cluster
import Configuration
import Files
import Foundation
import GAN
import ImageIO
import MPI
import Numerics
import Reporting

/// A training run from its first line to its exit code, on one rank of the job.
package final class TrainingRun {
  private let configuration: Configuration
  private let options: RunOptions
  private let job: any Job
  private let console: Console

  /// - Parameter configuration: as read, with `--set` applied; `--out` is applied here.
  package init(
    _ configuration: Configuration, _ options: RunOptions, job: any Job, console: Console
  ) {
    self.configuration = options.applied(to: configuration)
    self.options = options
    self.job = job
    self.console = console
  }

  /// Trains until the end or a request to stop. Collective.
  ///
  /// - Parameters:
  ///   - startLimit: ended once the watchdog has begun.
  ///   - memoryNotes: warnings about the memory of what is planned, with images of that many bytes.
  package func run(
    _ startLimit: StartLimit?,
    memoryNotes: (_ step: GANStep, _ engine: Engine, _ plan: ShardPlan, _ images: Int) -> [String] = { _, _, _, _ in []
    }
  ) throws -> ExitCode {
    // The rest assumes that all ranks decide in the same way.
    try agree()
    let instructionSets = try CommonInstructionSet(job)
    // Any rank may have a note.
    let watchdog = try Watchdog(job, limit: Double(configuration.watchdog)) {
      StandardStream.errors.write("note: \($0)\n")
    }
    defer { watchdog?.stop() }
    startLimit?.end()
    var folder = try AgreedError.alike { try RunFolder(in: configuration.output.folder, name: configuration.name) }
    var lock: RunLock?
    // Folders that this start made and has written nothing into.
    var unused: [String] = []
    defer {
      lock = nil
      RunFolder.removeEmpty(unused)
    }
    try job.onFirst {
      unused = folder.missingFolders()
      folder = try folder.create()
      lock = try RunLock(of: folder)
      folder.removeTemporaryFiles()
    }
    if let holder = lock?.takenOverFrom { console.note("took over the lock of \(holder.name), which has ended") }
    let resumption = try Resumption.find(configuration, options, in: folder, job: job)
    resumption.notes.forEach(console.note)
    let kernels = kernels(instructionSets, resumption)
    if let done = resumption.facts?.step, let steps = configuration.train.steps,
      try isFinished(done, of: steps, folder)
    {
      return finished(done, folder)
    }
    let plan = try plan(resumption)
    let threads = Threads(count: try ThreadCount.resolve(configuration.threads, job))
    console.say(describeMachine(plan, threads, kernels))

    let images = try job.activity.during(.loading) { try loadImages(resumption, plan, threads) }
    try checkData(images, resumption)
    let schedule = try AgreedError.alike {
      let schedule = try EpochSchedule(
        plan: plan, deal: images.deal, lastBatch: configuration.data.lastBatch, steps: configuration.train.steps,
        epochs: configuration.train.epochs, batchesPerStep: configuration.train.rules.updates.discriminator)
      try schedule.check(configuration.model)
      return schedule
    }
    let start = resumption.facts?.step ?? 0
    console.say(schedule.summary(heldOut: images.heldOut?.deal.images ?? 0))
    if try isFinished(start, of: schedule.totalSteps, folder) { return finished(start, folder) }

    let resolved = try resolved(resumption, plan, kernels)
    let training = resolved.training(ranks: job.size)
    let engine = Engine(
      kernels: kernels, threads: threads, peers: try job.makePeers(plan, kernels: kernels),
      algorithms: resolved.kernels, samplesPerShard: training.samplesPerShard)
    let step = try GANStep(
      resolved.model, training, samples: plan.samples(ofRank: job.rank).count, engine: engine)
    memoryNotes(step, engine, plan, images.bytes).forEach(console.note)
    let state = RunState(
      configuration: resolved, options: options, job: job, engine: engine, plan: plan, images: images,
      schedule: schedule, step: step, folder: folder, changes: resumption.changes)
    if let facts = resumption.facts {
      try Checkpoint(step, job: job).restore(resumption.file, facts)
      console.say("continuing after step \(start)")
    }
    unused = []
    return try TrainingLoop(state, start: start, resumption.facts?.quality, console: console).run()
  }

  private func kernels(_ available: CommonInstructionSet, _ resumption: Resumption) -> Kernels {
    let recorded = resumption.facts?.instructionSet
    let choice = available.choice(continuing: recorded.flatMap(InstructionSet.init))
    available.note(on: choice).map(console.note)
    if let recorded, recorded != choice.rawValue {
      console.note(
        "the checkpoint was made with \(recorded) kernels; with \(choice) the bits will differ from those of a run "
          + "without a stop")
    }
    return Kernels(choice)
  }

  /// Whether nothing is left to do. A run that was killed after its last checkpoint may still have to write its final
  /// files. Collective.
  private func isFinished(_ done: Int, of steps: Int, _ folder: RunFolder) throws -> Bool {
    guard done == steps else { return done > steps }
    return try job.maximum(job.isFirst && !folder.hasEnded(after: done) ? 1 : 0) == 0
  }

  private func finished(_ step: Int, _ folder: RunFolder) -> ExitCode {
    console.say(
      "\(folder.path) is finished: \(quantity(step, "step")) \(step == 1 ? "is" : "are") done. Raise train.steps or "
        + "train.epochs to continue, or begin a new run with --resume none.")
    return .done
  }

  /// The checkpoint's number of shards stays, so that the bits do.
  private func plan(_ resumption: Resumption) throws -> ShardPlan {
    let configured = configuration.train.shardCount(ranks: job.size)
    let kept = options.allowedChanges.contains("train.shards") ? nil : resumption.facts?.shards
    return try AgreedError.alike {
      try ShardPlan(batch: configuration.train.batch, shards: kept ?? configured, ranks: job.size)
    }
  }

  /// The resolved configuration; the checkpoint's algorithms stay.
  private func resolved(_ resumption: Resumption, _ plan: ShardPlan, _ kernels: Kernels) throws -> Configuration {
    let resolved = try resumption.configuration(continuing: configuration, options)
      .resolved(shards: plan.shards, kernels.instructionSet)
    if resumption.facts == nil, let set = resolved.kernels.instructionSet, set != kernels.instructionSet {
      console.note(
        "the section kernels was made for \(set), and these are \(kernels) kernels: its algorithms may not be the "
          + "fastest; disttrain bench --tune measures them")
    }
    return resolved
  }

  private func agree() throws {
    let binary = (try? SHA256.digest(ofFile: "/proc/self/exe").hex) ?? "unknown"
    try Agreement.check(configuration, job: job)
    try Agreement.check(
      [
        ("the program (SHA-256)", binary, "Install the same build of disttrain on every host."),
        ("the option --trace", "\(options.tracedSteps)", "Give every rank the same options."),
      ], job: job)
  }

  private func loadImages(_ resumption: Resumption, _ plan: ShardPlan, _ threads: Threads) throws -> ImageSet {
    let settings = try resumption.configuration(continuing: configuration, options).data
    var source: (any ImageSource)?
    var failure: UserFacingError?
    do { source = try settings.open(seed: configuration.seed, for: configuration.model.image) } catch {
      failure = UserFacingError(error)
    }
    try job.agree(on: failure)
    let found = source!
    found.notes.forEach(console.note)
    try ImageAgreement.check(found, job: job)
    let console = console
    let cache = ImageCache(
      folder: settings.cachePlace(environment: ProcessInfo.processInfo.environment), origin: settings.path ?? "",
      source: found,
      transform: settings.transform(to: configuration.model.image),
      hash: SHA256.imageHash, warn: { console.note($0) })
    let images = try ImageSet.load(
      cache, plan: plan, seed: configuration.seed, shuffle: settings.shuffle,
      validation: settings.validation, skipsBadImages: settings.onBadImage == .skip, job: job, threads: threads
    ) { count in
      job.isFirst ? console.countProgress(job.size > 1 ? "loading rank 0's images" : "loading images", of: count) : nil
    }
    if !images.skipped.isEmpty {
      console.note(
        "left out \(quantity(images.skipped.count, "image")):\n  \(images.skipped.joined(separator: "\n  "))")
    }
    if images.transparent > 0, settings.background != .ignore {
      console.note(
        "composited \(quantity(images.transparent, "image")) with transparency, data.background: \(settings.background)"
      )
    }
    if let sentence = ForeignColours.sentence(images.foreignColours) { console.note(sentence) }
    return images
  }

  private func checkData(_ images: ImageSet, _ resumption: Resumption) throws {
    guard let recorded = resumption.facts?.data, recorded != images.hash else { return }
    guard options.allowedChanges.contains("data") else {
      let kept = try resumption.configuration(continuing: configuration, options).data
      let own =
        kept.folders == .all && configuration.data.folders == .images && kept.source == .folder
        ? ". If the run's own images are below data.path, leave them out: --allow-change data.folders" : ""
      throw AgreedError(
        UserFacingError(
          code: .usage,
          message: """
            the images are not those of the checkpoint: their hash was \(recorded.prefix(16))…, it is \
            \(images.hash.prefix(16))…
            Restore them, begin a new run with --resume none, or continue with --allow-change data\(own)
            """))
    }
    console.note("the images have changed since the checkpoint, as allowed")
  }

  private func describeMachine(_ plan: ShardPlan, _ threads: Threads, _ kernels: Kernels) -> String {
    let ranks = job.size == 1 ? "one process" : "\(job.size) ranks"
    let each = threads.count == 1 ? "1 thread" : "\(threads.count) threads"
    return "\(configuration.name): \(ranks), \(each)\(job.size > 1 ? " each" : ""), \(quantity(plan.shards, "shard")), "
      + "\(kernels.instructionSet) kernels"
  }
}

extension Resumption {
  /// Changes recorded so far.
  var changes: String { facts?.changes ?? "" }
}
