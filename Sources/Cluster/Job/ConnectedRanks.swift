import MachineFacts
import Reporting

/// A check that MPI connects all processes that were started together.
///
/// srun with `MpiDefault=none`, and the mpiexec of another MPI, start processes that Open MPI does not connect: each of
/// them is a job of one rank. They would all train the same run, and all but one fail on its lock.
package enum ConnectedRanks {
  /// Why the processes must not go on; nil if `connected` are all.
  ///
  /// - Parameters:
  ///   - connected: the ranks of the job, as MPI counts them; 1 without MPI.
  ///   - program: the command line, for the advice.
  package static func refusal(
    connected: Int, of started: StartedProcesses?, program: String
  ) -> UserFacingError? {
    guard let started, started.count > connected else { return nil }
    let count = started.count
    let (cause, lines) =
      switch started.launcher {
      case .srun:
        (
          "srun has passed on no connection for Open MPI (Slurm's setting MpiDefault may be none)",
          Self.advice(count, program)
        )
      case .mpirun, .mpiexec, .jsrun, .flux:
        (
          "this \(started.launcher.rawValue) belongs to another MPI than the one that disttrain is linked with",
          "Open MPI's own mpirun -np \(count) \(program), or disttrain-launch -np \(count) …, in the job's script"
        )
      }
    return UserFacingError(
      code: .usage,
      message: """
        found \(count) processes started by \(started.launcher.rawValue) of which MPI connects \(connected), expected the \
        \(count) ranks of one job: each would train the same run alone. \(cause). Start it by \(lines). If each process \
        is meant to run alone, start it by: env \(started.variables.map { "-u \($0)" }.joined(separator: " ")) disttrain …
        """)
  }

  /// A note before MPI begins: Open MPI may have no PMI-2, Slurm's older connection, and then ends the process itself.
  ///
  /// - Parameter hasPMIx: whether srun has passed on the newer one.
  package static func note(on started: StartedProcesses?, hasPMIx: Bool, program: String) -> String? {
    guard let started, started.launcher == .srun, started.count > 1, !hasPMIx else { return nil }
    return "srun connects the \(started.count) processes by PMI-2, which not every Open MPI can use. If MPI_Init "
      + "fails, start it by \(advice(started.count, program))"
  }

  private static func advice(_ count: Int, _ program: String) -> String {
    "srun --mpi=pmix -n \(count) \(program), or by disttrain-launch CONFIG in the job's script, without srun"
  }
}
