import Glibc
import MPI
import MachineFacts

/// More ranks on a host than it has cores.
///
/// Open MPI's ranks wait by spinning unless they know that they share cores. mpirun tells them if it detects it. If a
/// hostfile gives more slots than cores, mpirun does not, and a small allreduce takes a thousand times as long.
package enum Oversubscription {
  /// Set to 1 by mpirun if it detects this, or by the user.
  private static let known = ["OMPI_MCA_mpi_oversubscribe", "OMPI_MCA_mpi_yield_when_idle"]

  /// Lets waiting ranks give their core away, before MPI begins.
  ///
  /// - Parameter cores: logical ones: two ranks on one physical core's threads need not yield to each other.
  /// - Returns: a note, if mpirun has not detected it.
  package static func relieve(_ launch: LaunchEnvironment, cores: Int = Machine.current.onlineCPUs.count) -> String? {
    guard let ranks = launch.localSize, ranks > cores else { return nil }
    let isKnown = known.contains { name in getenv(name).map { String(cString: $0) == "1" } ?? false }
    if isKnown { return nil }
    for name in known { setenv(name, "1", 1) }
    return """
      \(ranks) ranks share the \(cores) core\(cores == 1 ? "" : "s") of this host, which its slots hide from mpirun: they yield to \
      each other while they wait. As many ranks as cores are faster and give the same result: mpirun -np \(cores) …
      """
  }
}
