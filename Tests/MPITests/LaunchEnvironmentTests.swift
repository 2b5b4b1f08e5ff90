import MPI
import Testing

/// Variables as Open MPI 4.1, Slurm 22.05 and MPICH 4 set them.
@Suite struct LaunchEnvironmentTests {
  private func read(_ variables: [String: String]) -> LaunchEnvironment { LaunchEnvironment { variables[$0] } }

  @Test func mpirun() {
    let environment = read([
      "OMPI_COMM_WORLD_RANK": "5", "OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_LOCAL_RANK": "1",
      "OMPI_COMM_WORLD_LOCAL_SIZE": "4", "PMIX_RANK": "5", "SLURM_PROCID": "0", "SLURM_NTASKS": "2",
    ])
    #expect(environment.rank == 5)
    #expect(environment.size == 8)
    #expect(environment.localRank == 1)
    #expect(environment.localSize == 4)
    #expect(environment.launchedByMPI && !environment.isFirst)
  }

  @Test func srunWithPMIx() {
    var variables = [
      "PMIX_RANK": "4", "SLURM_PROCID": "4", "SLURM_STEP_NUM_TASKS": "7", "SLURM_NTASKS": "9", "SLURM_LOCALID": "0",
      "SLURM_STEP_TASKS_PER_NODE": "2(x2),3", "SLURM_NODEID": "2",
    ]
    #expect(read(variables).size == 7)
    #expect(read(variables).localRank == 0)
    #expect(read(variables).localSize == 3)
    variables["SLURM_NODEID"] = "1"
    #expect(read(variables).localSize == 2)
    variables["SLURM_NODEID"] = "3"
    #expect(read(variables).localSize == nil)
    #expect(read(["PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "1"]).launchedByMPI)
  }

  @Test func hydra() {
    let environment = read(["PMI_RANK": "0", "PMI_SIZE": "2", "MPI_LOCALRANKID": "0", "MPI_LOCALNRANKS": "2"])
    #expect(environment.launchedByMPI && environment.isFirst)
    #expect(environment.size == 2 && environment.localSize == 2)
    #expect(!read(["PMI_RANK": "0", "PMI_SIZE": "1", "MPI_LOCALNRANKS": "1"]).launchedByMPI)
  }

  @Test func noLauncher() {
    #expect(read([:]) == read(["SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_JOB_ID": "7"]))
    #expect(!read([:]).launchedByMPI && read([:]).isFirst)
    #expect(read([:]).size == nil)
    #expect(!read(["OMPI_COMM_WORLD_RANK": "x"]).launchedByMPI)
  }
}
