import Hosts

/// The Slurm job that this process runs in, from the environment variables (sbatch(1), "Output environment variables").
package struct SlurmAllocation: Equatable {
  package var job: String
  package var nodes: Int
  package var nodeList: String
  /// Ranks that the job requests; nil if it gives no number.
  package var tasks: Int?
  package var cpusPerTask: Int?

  /// nil outside of a job.
  package init?(_ environment: [String: String]) throws(LaunchError) {
    guard let job = environment["SLURM_JOB_ID"] ?? environment["SLURM_JOBID"] else { return nil }
    self.job = job
    nodes = try Self.number("SLURM_JOB_NUM_NODES", environment) ?? 1
    nodeList = environment["SLURM_JOB_NODELIST"] ?? "unnamed nodes"
    tasks = try Self.number("SLURM_NTASKS", environment)
    cpusPerTask = try Self.number("SLURM_CPUS_PER_TASK", environment)
  }

  private static func number(_ name: String, _ environment: [String: String]) throws(LaunchError) -> Int? {
    guard let text = environment[name] else { return nil }
    guard let value = Int(text), value > 0 else {
      throw LaunchError("found \(name)=\(text), expected a whole number above 0: start from sbatch or salloc")
    }
    return value
  }
}
