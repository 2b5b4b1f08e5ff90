import Cluster
import MachineFacts
import Reporting
import Testing

/// Processes that were started together, and what MPI connects of them.
@Suite struct ConnectedRanksTests {
  private func started(_ variables: [String: String]) throws -> StartedProcesses {
    try #require(StartedProcesses { variables[$0] })
  }

  private let srun = ["SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "4"]

  @Test func whereMPIConnectsAll() throws {
    let started = try started(srun)
    #expect(ConnectedRanks.refusal(connected: 4, of: started, program: "p") == nil)
    #expect(ConnectedRanks.refusal(connected: 5, of: started, program: "p") == nil)
    #expect(ConnectedRanks.refusal(connected: 1, of: nil, program: "p") == nil)
    let alone = try self.started(["SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1"])
    #expect(ConnectedRanks.refusal(connected: 1, of: alone, program: "p") == nil)
  }

  @Test func whereItDoesNot() throws {
    let refusal = try #require(
      ConnectedRanks.refusal(connected: 1, of: try started(srun), program: "disttrain a.yaml"))
    #expect(refusal.code == .usage)
    #expect(refusal.message.hasPrefix("found 4 processes started by srun of which MPI connects 1, expected the 4 "))
    #expect(refusal.message.contains("srun --mpi=pmix -n 4 disttrain a.yaml"))
    #expect(refusal.message.contains("env -u SLURM_PROCID -u SLURM_STEP_NUM_TASKS disttrain"))
    let hydra = try started(["PMI_RANK": "0", "PMI_SIZE": "2"])
    let other = try #require(ConnectedRanks.refusal(connected: 1, of: hydra, program: "disttrain a.yaml"))
    #expect(other.message.contains("mpirun -np 2 disttrain a.yaml") && other.message.contains("mpiexec"))
  }

  /// Open MPI ends the process by itself if it has no PMI-2: the advice comes before.
  @Test func olderConnections() throws {
    let pmi = try started(srun.merging(["PMI_RANK": "1", "PMI_SIZE": "4"]) { $1 })
    let note = ConnectedRanks.note(on: pmi, hasPMIx: false, program: "disttrain a.yaml")
    #expect(note?.contains("srun --mpi=pmix -n 4 disttrain a.yaml") == true)
    #expect(ConnectedRanks.note(on: pmi, hasPMIx: true, program: "p") == nil)
    #expect(ConnectedRanks.note(on: nil, hasPMIx: false, program: "p") == nil)
    let hydra = try started(["PMI_RANK": "0", "PMI_SIZE": "2"])
    #expect(ConnectedRanks.note(on: hydra, hasPMIx: false, program: "p") == nil)
  }
}
