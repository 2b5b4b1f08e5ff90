import Files
import Glibc
import MPI
import MachineFacts

/// More ranks on a host than it has cores, or than a control group gives them CPU time for.
///
/// Open MPI's ranks wait by spinning unless they know that they share cores. mpirun tells them if it detects it. If a
/// hostfile gives more slots than cores, mpirun does not, and a small allreduce takes a thousand times as long. Quotas of
/// CPU time it never reads.
package enum Oversubscription {
  /// Set to 1 by mpirun if it detects this, or by the user.
  private static let known = ["OMPI_MCA_mpi_oversubscribe", "OMPI_MCA_mpi_yield_when_idle"]

  /// Lets waiting ranks give their core away, before MPI begins.
  ///
  /// - Returns: a note, if mpirun has not detected it.
  package static func relieve(_ launch: LaunchEnvironment, on machine: Machine = .current) -> String? {
    guard let ranks = launch.localSize, let note = note(onRanks: ranks, on: machine) else { return nil }
    let isKnown = known.contains { name in getenv(name).map { String(cString: $0) == "1" } ?? false }
    if isKnown { return nil }
    for name in known { setenv(name, "1", 1) }
    return note
  }

  /// What to say of so many ranks on `machine`; nil if each can have a core.
  ///
  /// Cores are logical ones: two ranks on one physical core's threads need not yield to each other.
  package static func note(onRanks ranks: Int, on machine: Machine) -> String? {
    let cpus = machine.onlineCPUs.count
    let cores = min(cpus, machine.quota?.wholeCPUs ?? .max)
    guard ranks > cores else { return nil }
    let number = quantity(cores, "core")
    let fact =
      cores < cpus
      ? "\(ranks) ranks have the CPU time of \(number), by the quota of their control group, and use it for waiting, too"
      : "\(ranks) ranks share the \(number) of this host, which its slots hide from mpirun"
    return "\(fact): they yield to each other while they wait. As many ranks as cores are faster and give the same "
      + "result: mpirun -np \(cores) …"
  }
}
