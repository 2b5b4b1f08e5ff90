import Cluster
import Configuration
import DistTrain
import Files
import Foundation
import GAN
import Numerics
import Reporting

/// The output of `disttrain bench`: the peak rate, the time of a step by part, memory, each convolution.
struct StepBench {
  private let configuration: Configuration
  private let job: any Job
  private let kernels: Kernels
  private let rounds: Int
  private let console: Console

  init(_ configuration: Configuration, job: any Job, _ kernels: Kernels, rounds: Int) {
    self.configuration = configuration
    self.job = job
    self.kernels = kernels
    self.rounds = rounds
    console = Console(isSpeaking: job.isFirst)
  }

  /// Measures and prints. Collective.
  func run() throws {
    let measured = try MeasuredStep(configuration, job: job, kernels)
    let plan = measured.plan
    let model = configuration.model
    console.say(
      "\(configuration.name): \(model.image.width)×\(model.image.height)×\(model.image.channels), batch \(plan.batch) in "
        + "\(quantity(plan.shards, "shard")), \(job.size == 1 ? "one process" : "\(job.size) ranks"), "
        + "\(quantity(measured.threads.count, "thread"))\(job.size > 1 ? " each" : ""), "
        + "\(kernels) kernels, drawn images")
    try job.barrier()
    console.say("\n\(Kernels.peakTable())")
    let steps = try timedSteps(measured)
    try printStep(measured, steps)
    try printMemory(measured)
    let layers = try LayerBench(measured, job: job, kernels, rounds: rounds).table()
    console.say(
      """

      Convolutions\(job.size > 1 ? " of rank 0's share" : ""), medians of \(quantity(rounds, "round")); GFLOP/s as if \
      by direct convolution;
      error: root mean square against double precision, relative to the outputs'
      \(layers.text)
      """)
    if job.size > 1 {
      // Last, because it overwrites the gradients.
      let alone = try Sample((0..<rounds).map { _ in try measured.exchangeAlone() }).median
      let visible = Sample(steps.map(\.gradients)).median
      console.say(
        """

        Exchange of the gradients with nothing to compute meanwhile: \(decimal(alone * 1e3, 2)) ms; seen in a step: \
        \(decimal(visible * 1e3, 2)) ms; hidden behind computing: \(percent(max(0, 1 - visible / alone)))
        """)
    }
  }

  private func timedSteps(_ measured: MeasuredStep) throws -> [MeasuredStep.Parts] {
    // The first steps touch the memory for the first time.
    for _ in 0..<2 { _ = try measured.run() }
    return try (0..<rounds).map { _ in try measured.run() }
  }

  /// Every part is its mean over the steps, so that the shares add up.
  private func printStep(_ measured: MeasuredStep, _ steps: [MeasuredStep.Parts]) throws {
    let time = Sample(steps.map(\.total))
    let slowest = try job.allGather([time.median]).map { $0[0] }.max()!
    var table = TextTable([.left("part"), .right("ms"), .right("of the step")])
    func mean(_ part: (MeasuredStep.Parts) -> Double) -> Double {
      steps.reduce(0) { $0 + part($1) } / Double(steps.count)
    }
    let total = mean(\.total)
    let parts: [(String, Double)] = [
      ("convolutions, forward and backward", mean(\.convolutions)),
      ("other layers, forward and backward", mean(\.otherLayers)),
      ("exchange of gradients", mean(\.gradients)), ("exchange of moments and losses", mean(\.statistics)),
      ("optimizer", mean(\.optimizer)), ("data", mean(\.data)), ("rest", mean(\.rest)),
    ]
    for (name, seconds) in parts + [("all", total)] {
      table.add([name, decimal(seconds * 1e3, 2), percent(seconds / total)])
    }
    console.say(
      """

      Step\(job.size > 1 ? " on rank 0" : "") of \(quantity(measured.plan.batch, "image")), median of \
      \(quantity(steps.count, "step")): \(time.spread(2, times: 1e3)) ms
      images/s \(decimal(Double(measured.plan.batch) / slowest, 2))
      \(table.text)
      """)
  }

  private func printMemory(_ measured: MeasuredStep) throws {
    let planned = measured.memory
    let bytes = [planned.networks, planned.exchange, planned.images, planned.program, ProcessMemory.peak]
    let all = try job.allGather(bytes.map(Double.init))
    // The rank whose plan is the largest.
    let largest = all.max { $0.dropLast().reduce(0, +) < $1.dropLast().reduce(0, +) }!
    var table = TextTable([.left("memory\(job.size > 1 ? " of the largest rank" : "")"), .right("MB")])
    let parts = ["networks, activations, gradients", "received gradients", "images", "program and libraries"]
    for (name, bytes) in zip(parts, largest) where bytes > 0 { table.add([name, decimal(bytes / 1e6, 1)]) }
    table.add(["planned", decimal(largest.dropLast().reduce(0, +) / 1e6, 1)])
    table.add(["peak resident", decimal(all.map { $0.last! }.max()! / 1e6, 1)])
    console.say("\n\(table.text)")
  }
}
