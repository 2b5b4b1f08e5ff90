import Cluster
import Files
import GAN
import MPI
import Numerics
import Reporting

/// The exchange of a gradient of 25 MB as a step makes it, in turns with one MPI_Allreduce of the same size.
final class ExchangeBench {
  private static let count = 25_000_000 / MemoryLayout<Float>.stride
  /// The least size of the step's buckets.
  private static let bucket = 1 << 20

  private let job: MPIJob
  private let rounds: Int
  private let kernels: Kernels
  private let console: Console
  private let arena = Arena()
  private let parameters: Floats
  private let sums: NodeBuffers
  private let exchange: any GradientExchange
  private let means: Floats
  private let squares: Floats
  private var reduced = [Float](repeating: 0, count: ExchangeBench.count)
  private let world: Communicator

  /// Collective.
  init(_ world: borrowing Communicator, _ kernels: Kernels, rounds: Int) throws {
    self.world = try world.duplicate()
    job = try MPIJob(world)
    self.kernels = kernels
    self.rounds = rounds
    console = Console(isSpeaking: job.isFirst)
    let ranks = job.size
    let plan = try AgreedError.alike { try ShardPlan(batch: ranks, shards: ranks, ranks: ranks) }
    let peers = try job.makePeers(plan, kernels: kernels)
    parameters = arena.floats(Self.count)
    sums = NodeBuffers(groups: 1, nodes: peers.reduction.nodes.count, count: Self.count, in: arena)
    let buckets = stride(from: 0, to: Self.count, by: Self.bucket).map { $0..<min($0 + Self.bucket, Self.count) }
    exchange = try peers.makeGradientExchange(
      for: GradientSlots(
        parameters: parameters, sums: sums, buckets: buckets.reversed(), threads: Threads(count: 1)))
    means = arena.floats(Self.count)
    squares = arena.floats(Self.count)
  }

  /// Measures and prints. Collective.
  func run() throws {
    try check()
    var times: (exchange: [Double], messages: [Double], allReduce: [Double], adam: [Double]) = ([], [], [], [])
    // The first round, in which caches and pages warm up, does not count.
    for round in 0...rounds {
      let before = job.secondsExchanging
      let exchanged = try slowest { try exchangeOnce { _, _ in } }
      let messages = job.secondsExchanging - before
      let allReduced = try slowest { try world.sum(&reduced) }
      let adam = try slowest { updateOwned() }
      if round == 0 { continue }
      times.exchange.append(exchanged)
      times.messages.append(messages)
      times.allReduce.append(allReduced)
      times.adam.append(adam)
    }
    let ratio = Sample(zip(times.exchange, times.allReduce).map { $0 / $1 })
    var table = TextTable([.left("on \(quantity(job.size, "rank"))"), .right("ms: median (least to greatest)")])
    for (name, sample) in [
      ("exchange, gradients in to parameters out", times.exchange),
      ("of it rank 0 in MPI's calls", times.messages), ("MPI_Allreduce", times.allReduce),
      ("Adam on a rank's part, in neither", times.adam),
    ] {
      table.add([name, Sample(sample).spread(2, times: 1e3)])
    }
    console.say(
      """
      Exchange of a gradient of 25 MB in \(quantity(exchange.owned.count, "bucket")) against one MPI_Allreduce of it, \
      \(quantity(rounds, "round")) in turns, the slowest rank's time
      \(table.text)
      exchange / allreduce \(ratio.spread(2))
      """)
  }

  /// Checks that both make the same sums: with the gradients in place of the parameters, every rank gets MPI's sums.
  private func check() throws {
    fill()
    try exchangeOnce { bucket, gradient in
      let owned = exchange.owned[bucket]
      (parameters + owned.lowerBound).update(from: gradient, count: owned.count)
    }
    let exchanged = Array(UnsafeBufferPointer(start: parameters, count: Self.count))
    fill()
    try world.sum(&reduced)
    let difference = zip(exchanged, reduced).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    guard difference < 1e-5 * Float(job.size) else {
      throw UserFacingError(
        code: .internalError, message: "the exchange and MPI_Allreduce differ by \(difference); please report this")
    }
  }

  private func exchangeOnce(update: (Int, Floats) -> Void) throws {
    for bucket in exchange.owned.indices { try exchange.begin(bucket) }
    try exchange.exchangeAll(update: update)
  }

  private func updateOwned() {
    let coefficients = AdamCoefficients(
      learningRate: 2e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, step: 1)
    for range in exchange.owned {
      let place = range.lowerBound
      let isFinite = kernels.adam(
        parameters + place, gradient: sums[group: 0, node: 0] + place, mean: means + place, square: squares + place,
        count: range.count, coefficients)
      precondition(isFinite, "gradients below 1 move parameters by small steps")
    }
  }

  /// Fresh gradients, as a backward pass leaves them, and the same for MPI_Allreduce.
  private func fill() {
    let gradient = sums[group: 0, node: 0]
    for place in 0..<Self.count {
      let value = Float((place &* 7 &+ job.rank &* 13) % 256) / 256
      gradient[place] = value
      reduced[place] = value
    }
  }

  /// Seconds of the slowest rank, on fresh gradients. Collective.
  private func slowest(_ body: () throws -> Void) throws -> Double {
    fill()
    try job.barrier()
    let own = try seconds(body)
    return try job.allGather([own]).map { $0[0] }.max()!
  }
}
