import Cluster
import Configuration
import DistTrain
import Files
import Foundation
import GAN
import MachineFacts
import Numerics
import Reporting

/// `--dry-run`: the plan of a run, without starting it.
struct DryRun {
  private let console = Console(isSpeaking: true)
  private let configuration: Configuration
  private let options: RunOptions
  private let ranks: Int
  /// Those of them on this host.
  private let ranksHere: Int
  private let kernels: Kernels

  init(_ configuration: Configuration, _ options: RunOptions, ranks: Int, ranksHere: Int) throws {
    self.configuration = options.applied(to: configuration)
    self.options = options
    (self.ranks, self.ranksHere) = (ranks, ranksHere)
    let output = self.configuration.output
    let folder = try? RunFolder(in: output.folder, name: configuration.name)
    let recorded = folder.flatMap { Resumption.recordedInstructionSet(options, in: $0) }
    kernels = Kernels(try CommonInstructionSet(SingleProcess()).choice(continuing: recorded))
  }

  /// Prints the networks at once, then the parts that depend on the data, then the measured times.
  func run() throws {
    let batch = configuration.train.batch
    let plan = try ShardPlan(batch: batch, shards: configuration.train.shardCount(ranks: ranks), ranks: ranks)
    let samples = plan.samples(ofRank: 0).count
    // The program itself: code, runtime, libraries.
    let (base, addresses) = (ProcessMemory.resident, ProcessMemory.addresses)
    let machine = Machine.current
    let threads = Threads(count: ThreadCount.resolve(configuration.threads, on: machine, sharedBy: ranksHere))
    // One rank's share alone: the other ranks' work is similar.
    let peers = SingleRank(shards: plan.shards(ofRank: 0).count, kernels: kernels)
    let training = configuration.training(ranks: ranks)
    let engine = Engine(
      kernels: kernels, threads: threads, peers: peers, algorithms: configuration.kernels,
      samplesPerShard: training.samplesPerShard)
    let step = try GANStep(configuration.model, training, samples: samples, engine: engine)
    let model = SamplingModel(of: step, configuration)
    _ = Sampler(model, configuration.output.samples, scratch: step.scratch, engine: engine)  // plans its memory
    for network in [step.generator, step.discriminator] { console.say(table(network)) }
    console.say(
      "\(quantity(ranks, "rank")), \(quantity(threads.count, "thread")) each, \(quantity(plan.shards, "shard")), "
        + "\(kernels.instructionSet) kernels")
    if !plan.isOneNodePerRank {
      console.say(
        "note: \(plan.shards) shards do not divide evenly over \(ranks) ranks; gradients travel in more pieces")
    }

    try configuration.data.requirePath()
    let source = try configuration.data.open(seed: configuration.seed, for: configuration.model.image)
    for note in source.notes { console.say("note: \(note)") }
    let split = DataPartition(
      images: source.count, validation: configuration.data.validation, seed: configuration.seed)
    let deal = Deal(
      images: split.training.count, plan: plan, seed: configuration.seed, shuffle: configuration.data.shuffle)
    let schedule = try EpochSchedule(
      plan: plan, deal: deal, lastBatch: configuration.data.lastBatch,
      steps: configuration.train.steps, epochs: configuration.train.epochs,
      batchesPerStep: configuration.train.rules.updates.discriminator)
    try schedule.check(configuration.model)
    let heldDeal = Deal(images: split.heldOut.count, plan: plan, seed: configuration.seed, shuffle: false)
    let held = plan.shards(ofRank: 0).reduce(0) {
      $0 + deal.images(ofShard: $1).count + heldDeal.images(ofShard: $1).count
    }
    let imageBytes = held * configuration.model.imageShape.count
    console.say(schedule.summary(heldOut: split.heldOut.count))
    let memory = MemoryEstimate(
      step, engine, plan, images: imageBytes, program: base,
      exportsGenerator: configuration.output.onnx != .never, startsMPI: ranks > 1)
    console.say("memory a rank: \(memory)")
    for note in memory.notes(onRanks: ranksHere, resident: base, addresses: addresses, machine: machine) {
      console.say("note: \(note)")
    }
    printOutput(schedule)
    try RunFolder(in: configuration.output.folder, name: configuration.name).requireWritable()

    let seconds = try measure(step, plan.localBatch(rank: 0, samples: batch))
    console.say(
      "measured on synthetic images: \(rounded(seconds)) s a step, \(rounded(Double(samples) / seconds)) images/s a "
        + "rank without exchange; the whole run: \(spoken(seconds: seconds * Double(schedule.totalSteps)))")
  }

  private func table(_ network: Network) -> String {
    let rows = network.summary.map { layer in
      [
        "\(layer.name)", layer.description + (layer.branchesFrom.map { ", from \($0)" } ?? ""),
        shape(layer.outputShape), grouped(layer.parameterCount),
        layer.algorithms.map(text) ?? "",
      ]
    }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let gap = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 || column == 3 ? gap + cell : cell + gap
      }
      return "  " + cells.joined(separator: "  ").replacing(/\s+$/, with: "")
    }
    return
      ([
        "\(network.name): \(shape(network.inputShape)) → \(outputs(network)), "
          + "\(grouped(network.parameterCount)) parameters"
      ] + lines).joined(separator: "\n")
  }

  /// `1×1×1`, or `1×1×1 and 1×1×1` for a network with a branch.
  private func outputs(_ network: Network) -> String {
    network.outputShapes.map(shape).joined(separator: " and ")
  }

  /// `F4`, or each pass's algorithm if they differ.
  private func text(_ algorithms: KernelSettings.Layer) -> String {
    let passes = [("forward", algorithms.forward), ("data", algorithms.data), ("weights", algorithms.weights)]
    let names = passes.map { $0.1?.rawValue ?? "auto" }
    return Set(names).count == 1 ? names[0] : zip(passes, names).map { "\($0.0) \($1)" }.joined(separator: ", ")
  }

  private func printOutput(_ schedule: EpochSchedule) {
    let folder = "\(configuration.output.folder)/\(configuration.name)"
    let steps = schedule.totalSteps
    func count(_ interval: Interval) -> Int { steps / max(1, schedule.steps(in: interval)) }
    let output = configuration.output
    console.say(
      "would write to \(folder)/: config.yaml, metrics.jsonl (\(quantity(count(output.log.every), "line"))), "
        + "\(quantity(count(output.samples.every) + 1, "sample")) of \(output.samples.count), "
        + "\(quantity(min(output.checkpoints.keep, count(output.checkpoints.every) + 1), "checkpoint")) kept, "
        + "losses.png, samples.gif" + (output.onnx == .never ? "" : ", generator.onnx")
    )
  }

  /// Seconds of a step: the median of up to eight that fit into 10 s, without the first one if there are more.
  private func measure(_ step: GANStep, _ batch: LocalBatch) throws -> Double {
    var stream = RandomStream(seed: configuration.seed, purpose: .synthetic)
    stream.fillUniform(step.realImages(batch.samples).values)
    var times: [Double] = []
    let start = ContinuousClock.now
    let local = LocalBatch(firstSample: 0, shardSizes: batch.shardSizes, globalSamples: batch.samples)
    repeat {
      let before = ContinuousClock.now
      _ = try step.step(times.count, local)
      times.append(secondsSince(before))
    } while times.count < 8 && secondsSince(start) + times.last! < 10
    let counted = times.count > 1 ? Array(times.dropFirst()) : times
    return counted.sorted()[counted.count / 2]
  }

  private func shape(_ shape: Shape) -> String { "\(shape.height)×\(shape.width)×\(shape.channels)" }

  private func rounded(_ value: Double) -> String { String(format: value < 10 ? "%.2f" : "%.0f", value) }

  /// 2765568 → 2,765,568.
  private func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return String(digits)
  }
}
