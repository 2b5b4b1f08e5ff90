import Glibc

/// This process's place in the job by the launcher's environment variables (mpirun, srun). It is known before MPI is
/// initialized, so that rank 0 alone prints an error in the configuration, at once.
package struct LaunchEnvironment: Equatable, Sendable {
  /// This process's rank; nil without a launcher.
  package var rank: Int?
  /// The number of processes of the job.
  package var size: Int?
  /// This process's number among those of its host.
  package var localRank: Int?
  /// The number of processes of the job on this host.
  package var localSize: Int?

  /// The environment of this process.
  package static let current = LaunchEnvironment { name in getenv(name).map { String(cString: $0) } }

  /// Whether a launcher started this process.
  package var launchedByMPI: Bool { rank != nil }

  /// Whether this process prints for the job: rank 0, or the only process.
  package var isFirst: Bool { (rank ?? 0) == 0 }

  /// Reads the variables of Open MPI's mpirun (mpirun(1)), of srun with PMIx or PMI-2 (srun(1)), and of MPICH's Hydra.
  ///
  /// SLURM_PROCID alone is not taken as a rank: a batch script of Slurm has it too, outside of any step.
  package init(_ variable: (String) -> String?) {
    func number(_ names: String...) -> Int? {
      for name in names {
        if let text = variable(name), let value = Int(text), value >= 0 { return value }
      }
      return nil
    }
    if variable("OMPI_COMM_WORLD_RANK") != nil {
      rank = number("OMPI_COMM_WORLD_RANK")
      size = number("OMPI_COMM_WORLD_SIZE")
      localRank = number("OMPI_COMM_WORLD_LOCAL_RANK")
      localSize = number("OMPI_COMM_WORLD_LOCAL_SIZE")
    } else if variable("PMIX_RANK") != nil || variable("PMI_RANK") != nil {
      rank = number("PMIX_RANK", "PMI_RANK")
      size = number("PMI_SIZE", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")
      // One process needs no MPI, and `srun --mpi=pmi2` starts it in a way that not every Open MPI can use.
      if variable("PMIX_RANK") == nil, size == 1 {
        (rank, size) = (nil, nil)
        return
      }
      localRank = number("MPI_LOCALRANKID", "SLURM_LOCALID")
      localSize = number("MPI_LOCALNRANKS") ?? Self.tasksOfThisNode(variable)
    }
  }

  /// This node's entry of SLURM_STEP_TASKS_PER_NODE, e.g. "2(x3),1" (srun(1)).
  private static func tasksOfThisNode(_ variable: (String) -> String?) -> Int? {
    guard let list = variable("SLURM_STEP_TASKS_PER_NODE"), var node = variable("SLURM_NODEID").flatMap({ Int($0) })
    else { return nil }
    for entry in list.split(separator: ",") {
      let parts = entry.split(separator: "(")
      guard let tasks = parts.first.flatMap({ Int($0) }) else { return nil }
      let nodes = parts.count > 1 ? Int(parts[1].dropFirst().dropLast()) ?? 1 : 1
      if node < nodes { return tasks }
      node -= nodes
    }
    return nil
  }
}
