import Cluster
import DistTrain
import GAN
import MachineFacts
import Numerics

/// The peak memory of a rank, from the memory planned before the first step.
struct MemoryEstimate: CustomStringConvertible {
  /// Parameters, gradients, activations, the rank's share of the optimizers' states, workspaces.
  let networks: Int
  /// The gradients received from other ranks.
  let exchange: Int
  let images: Int
  /// Code and libraries with their data, and temporary memory of a checkpoint or an export.
  let program: Int

  /// Other memory of a run, mostly pages of code and libraries: measured in one process.
  private static let running = 12_000_000
  /// The same with Open MPI's libraries and shared memory, once it is started: measured with Open MPI 4.1.
  private static let runningWithMPI = 20_000_000

  /// - Parameters:
  ///   - step: planned for the largest share of a batch, by its rank or as if that were alone.
  ///   - program: bytes resident before anything was planned.
  ///   - exportsGenerator: whether generators in ONNX are written, whose bytes are there as a message, as its text and as
  ///     the file's.
  ///   - startsMPI: whether MPI is not among them yet.
  init(
    _ step: GANStep, _ engine: Engine, _ plan: ShardPlan, images: Int, program: Int, exportsGenerator: Bool,
    startsMPI: Bool
  ) {
    let float = MemoryLayout<Float>.stride
    let trained = [step.generator, step.discriminator].map { ($0, groups: $0.sums?.groups ?? 1) }
    // The optimizers' states: those that this step holds, and the share that a rank will hold.
    let states = step.trained.reduce(0) { sum, trained in
      let held = trained.owned.ranges.reduce(0) { $0 + $1.count }
      return sum + type(of: trained.owned.optimizer).states.count * (trained.network.flatCount / plan.ranks - held)
    }
    networks = engine.arena.bytes + states * float
    exchange = trained.reduce(0) {
      $0 + MPIGradientExchange.receivedBytes($1.0.flatCount, groups: $1.groups, plan)
    }
    self.images = images
    // A tensor in the order of files, and the largest gathered slice.
    let tensors = trained.flatMap { $0.0.tensors.map(\.count) }
    let moment = max(2 * (tensors.max() ?? 0), exportsGenerator ? 3 * step.generator.flatCount : 0)
    self.program = program + (startsMPI ? Self.runningWithMPI : Self.running) + moment * float
  }

  var total: Int { networks + exchange + images + program }

  var description: String {
    let parts =
      [("networks", networks), ("images", images)] + (exchange > 0 ? [("exchange", exchange)] : [])
      + [("program", program)]
    return ProcessMemory.megabytes(total) + " ("
      + parts.map { "\($0) \(ProcessMemory.megabytes($1))" }.joined(separator: ", ") + ")"
  }
}

extension MemoryEstimate {
  /// Warnings if this host's ranks need more memory than they may hold, or this one more addresses.
  ///
  /// - Parameters:
  ///   - ranks: of this host.
  ///   - resident: bytes that were resident before anything was planned.
  ///   - addresses: bytes of addresses that were taken then.
  func notes(onRanks ranks: Int, resident: Int, addresses: Int, machine: Machine) -> [String] {
    [
      machine.note(onRanks: ranks, bytesEach: total), ProcessMemory.note(onAddresses: addresses + total - resident),
    ].compactMap(\.self)
  }
}

extension ProcessMemory {
  /// A warning if a process needs more addresses than it may take.
  package static func note(onAddresses bytes: Int, limit: Int? = addressLimit) -> String? {
    guard let limit, bytes > limit else { return nil }
    return "the process needs \(megabytes(bytes)) of addresses, but ulimit -v allows \(megabytes(limit)): raise that "
      + "limit, or use a smaller train.batch"
  }
}

extension Machine {
  /// A warning if the ranks of this host need more memory than they may use.
  package func note(onRanks ranks: Int, bytesEach bytes: Int) -> String? {
    guard let memoryLimit, ranks * bytes > memoryLimit else { return nil }
    let needed = ranks == 1 ? "the rank needs" : "the \(ranks) ranks of this host need"
    return
      "\(needed) \(ProcessMemory.megabytes(ranks * bytes)), but may hold \(ProcessMemory.megabytes(memoryLimit)) here: "
      + "use a smaller train.batch\(ranks == 1 ? "" : ", fewer ranks a host") or a larger machine"
  }
}
