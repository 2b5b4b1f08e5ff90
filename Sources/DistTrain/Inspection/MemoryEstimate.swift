import GAN
import Tensor

/// The peak memory of a rank, from what is planned before the first step.
struct MemoryEstimate: CustomStringConvertible {
  /// Parameters, gradients, activations, the rank's share of Adam's moments, workspaces.
  let networks: Int
  /// What a rank receives of the others' gradients.
  let exchange: Int
  let images: Int
  /// Code and libraries, what they hold, and what a checkpoint needs for a moment.
  let program: Int

  /// Open MPI's libraries and shared memory, once it is started: measured with two ranks of Open MPI 4.1.
  private static let messagePassing = 20_000_000
  /// OpenBLAS's packed panels, measured with the networks of the facades recipe.
  private static let matrixProducts = 10_000_000

  /// - Parameters:
  ///   - step: planned for the largest share of a batch, by its rank or as if that were alone.
  ///   - program: bytes resident before anything was planned.
  ///   - startsMPI: whether MPI is not among them yet.
  init(_ step: GANStep, _ engine: Engine, _ plan: ShardPlan, images: Int, program: Int, startsMPI: Bool) {
    let float = MemoryLayout<Float>.stride
    let trained = [step.generator, step.discriminator].map { ($0, groups: $0.sums?.groups ?? 1) }
    // Adam's moments: those that this step holds, and the share that a rank will hold.
    let held = [step.generatorAdam, step.discriminatorAdam].flatMap(\.owned).reduce(0) { $0 + $1.count }
    let share = trained.reduce(0) { $0 + $1.0.flatCount } / plan.ranks
    networks = engine.arena.bytes + 2 * (share - held) * float
    exchange = trained.reduce(0) {
      $0 + MPIGradientExchange.receivedBytes($1.0.flatCount, groups: $1.groups, plan)
    }
    self.images = images
    // A tensor in the order of files, beside the largest slice that is gathered.
    let tensors = trained.flatMap { $0.0.tensors.map(\.count) }
    self.program =
      program + Self.matrixProducts + (startsMPI ? Self.messagePassing : 0) + 2 * (tensors.max() ?? 0) * float
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
