import Glibc

/// The processes that a launcher has started together with this one, as its environment variables say. If they are ranks
/// of one job, MPI connects as many; each would train alone otherwise.
package struct StartedProcesses: Equatable, Sendable {
  package enum Launcher: String, Sendable {
    /// Open MPI's, which alone can be relied on to connect its processes.
    case mpirun
    case srun, mpiexec, jsrun, flux
  }

  package let launcher: Launcher
  package let count: Int
  /// This process's number among them, from 0.
  package let number: Int
  /// The variables with number and count, of all launchers. Without them a process counts as started alone.
  package let variables: [String]

  /// The environment of this process.
  package static let current = StartedProcesses { name in getenv(name).map { String(cString: $0) } }

  /// nil if no launcher has started this process, or what it has started are not ranks: a batch script, or a shell.
  package init?(_ variable: (String) -> String?) {
    func value(_ name: String) -> Int? { variable(name).flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
    for (launcher, rank, size) in Self.known {
      guard let own = value(rank), let count = value(size), own < count else { continue }
      // In a Slurm job, mpirun and MPICH's mpiexec start their own daemons by srun, so srun's numbers come last. Of
      // `srun --pty -n 4 bash`, the shell alone goes on; programs started in it are no ranks.
      if launcher == .srun, variable("SLURM_PTY_PORT") != nil { continue }
      self.launcher = launcher == .mpiexec && Self.isFromSrun(variable) ? .srun : launcher
      self.count = count
      number = own
      variables = Self.known.filter { value($0.rank) != nil && value($0.size) != nil }.flatMap { [$0.rank, $0.size] }
      return
    }
    return nil
  }

  /// Whether PMI_RANK and PMI_SIZE are those of `srun --mpi=pmi2`; MPICH's mpiexec sets MPI_LOCALNRANKS, too.
  private static func isFromSrun(_ variable: (String) -> String?) -> Bool {
    guard variable("MPI_LOCALNRANKS") == nil, let number = variable("SLURM_PROCID") else { return false }
    return number == variable("PMI_RANK") && variable("SLURM_STEP_NUM_TASKS") == variable("PMI_SIZE")
  }

  /// Slurm sets SLURM_STEP_NUM_TASKS in the processes of srun (srun(1)), not in batch scripts and shells of salloc, where
  /// SLURM_NTASKS is only the size of the job. MPICH, Intel MPI and HPE PALS: PMI_RANK and PMI_SIZE.
  private static let known: [(Launcher, rank: String, size: String)] = [
    (.mpirun, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    (.jsrun, "JSM_NAMESPACE_RANK", "JSM_NAMESPACE_SIZE"),
    (.flux, "FLUX_TASK_RANK", "FLUX_JOB_SIZE"),
    (.mpiexec, "PMI_RANK", "PMI_SIZE"),
    (.mpiexec, "MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"),
    (.srun, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
  ]
}
