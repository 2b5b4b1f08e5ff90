import MachineFacts
import Testing

/// Variables as the launchers set them.
@Suite struct StartedProcessesTests {
  private func read(_ variables: [String: String]) -> StartedProcesses? { StartedProcesses { variables[$0] } }

  /// In a step, with `MpiDefault=none`.
  private static let step = [
    "SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2", "SLURM_NTASKS": "4",
  ]

  @Test func srun() {
    let started = read(Self.step)
    #expect(started?.launcher == .srun && started?.count == 2 && started?.number == 1)
    #expect(started?.variables == ["SLURM_PROCID", "SLURM_STEP_NUM_TASKS"])
    let pmi = read(Self.step.merging(["PMI_RANK": "1", "PMI_SIZE": "2"]) { $1 })
    #expect(pmi?.launcher == .srun)
    #expect(pmi?.variables == ["PMI_RANK", "PMI_SIZE", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"])
  }

  /// A batch script, and a shell of salloc, are one process of a job that may have many tasks.
  @Test func batchScriptsAndShells() {
    #expect(read(["SLURM_JOB_ID": "7", "SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_LOCALID": "0"]) == nil)
    #expect(read(["SLURM_JOB_ID": "7", "SLURM_NTASKS": "4", "SLURM_TASKS_PER_NODE": "4"]) == nil)
    // srun --pty -n 4 bash: of four shells one reads the terminal.
    #expect(read(Self.step.merging(["SLURM_PTY_PORT": "40000"]) { $1 }) == nil)
    #expect(read([:]) == nil)
  }

  @Test(arguments: [
    (StartedProcesses.Launcher.mpirun, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    (.mpiexec, "PMI_RANK", "PMI_SIZE"), (.mpiexec, "MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"),
    (.jsrun, "JSM_NAMESPACE_RANK", "JSM_NAMESPACE_SIZE"), (.flux, "FLUX_TASK_RANK", "FLUX_JOB_SIZE"),
  ])
  func others(launcher: StartedProcesses.Launcher, rank: String, size: String) {
    let started = read([rank: "3", size: "8"])
    #expect(started?.launcher == launcher && started?.count == 8 && started?.number == 3)
    for (number, count) in [("3", "3"), ("-1", "8"), ("x", "8"), ("3", ""), ("", "8")] {
      #expect(read([rank: number, size: count]) == nil)
    }
  }

  /// In a Slurm job, mpirun and mpiexec start one daemon a node by srun.
  @Test func launchersInAStep() {
    let hydra = ["PMI_RANK": "5", "PMI_SIZE": "8", "MPI_LOCALNRANKS": "4"]
    #expect(read(Self.step.merging(hydra) { $1 })?.count == 8)
    #expect(read(Self.step.merging(hydra) { $1 })?.launcher == .mpiexec)
    let mpirun = ["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "1"]
    #expect(read(Self.step.merging(mpirun) { $1 })?.count == 1)
  }
}
