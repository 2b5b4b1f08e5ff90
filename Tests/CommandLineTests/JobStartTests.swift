import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Jobs as batch systems, other MPIs and containers start them.
  @Suite struct JobStartTests {
    private static let run = ["run.yaml", "--out", "runs"]

    private let place: Workplace

    init() throws { place = try Workplace() }

    private func launch(
      _ arguments: [String], environment: [String: String] = [:], timeout: Double = 240
    ) async throws -> Outcome {
      try await place.start(
        command: [Program.launcher] + arguments + Self.run, environment: environment, timeout: timeout
      ).outcome()
    }

    // MARK: Processes that MPI does not connect

    private static let slurm = ["SLURM_JOB_ID": "7", "SLURM_NTASKS": "2", "SLURM_STEP_ID": "0"]

    /// `srun -n 2` with `MpiDefault=none`, and the mpiexec of MPICH: one message, and no run.
    @Test(arguments: [("SLURM_PROCID", "SLURM_STEP_NUM_TASKS"), ("PMI_RANK", "PMI_SIZE")])
    func unconnectedProcessesAreRefused(rank: String, size: String) async throws {
      for (command, advice) in [(Program.path, "-n"), (Program.launcher, "without")] {
        let processes = try ["0", "1"].map { number in
          try place.start(
            command: [command] + Self.run, environment: Self.slurm.merging([rank: number, size: "2"]) { $1 })
        }
        var errors = ""
        for process in processes {
          let outcome = await process.outcome()
          #expect(outcome.code == 64, "\(outcome.text)")
          errors += outcome.errors
        }
        let lines = errors.split(separator: "\n").filter { $0.contains("error: ") }
        #expect(lines.count == 1 && lines[0].contains("found 2 processes") && errors.contains(advice), "\(errors)")
        #expect(!place.exists("runs/run"))
      }
    }

    /// Each is a run of its own, as the message says.
    @Test func unconnectedProcessesThatAreMeant() async throws {
      let environment = Self.slurm.merging(["SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2"]) { $1 }
      let alone = ["env", "-u", "SLURM_PROCID", "-u", "SLURM_STEP_NUM_TASKS", Program.path]
      let outcome = try await place.start(command: alone + Self.run, environment: environment).outcome()
      #expect(outcome.code == 0, "\(outcome.text)")
    }

    /// A batch script with two tasks, in which one process is started, or mpirun, or a shell of `srun --pty`.
    @Test func processesOfAScriptAreNot() async throws {
      let script = ["SLURM_JOB_ID": "7", "SLURM_NTASKS": "2", "SLURM_PROCID": "0", "SLURM_LOCALID": "0"]
      try await place.train(out: "one", environment: script)
      try await place.train(out: "ranks", ranks: 2, environment: script)
      let shell = Self.slurm.merging(["SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PTY_PORT": "1"]) { $1 }
      try await place.train(out: "shell", environment: shell)
    }

    @Test func aLauncherUnderMpirunIsRefused() async throws {
      let outcome = try await place.start(command: ["mpirun", "-np", "1", Program.launcher] + Self.run).outcome()
      #expect(outcome.code == 64 && outcome.errors.contains("found 1 process of disttrain-launch"), "\(outcome.text)")
    }

    // MARK: Slots and hosts

    /// A Slurm job as mpirun sees it by its variables: it has one task, and CPUs for two, or only one.
    @Test(arguments: ["2", "1"]) func moreRanksThanTasks(cpus: String) async throws {
      let host = ProcessInfo.processInfo.hostName
      let job = [
        "SLURM_JOB_ID": "7", "SLURM_JOBID": "7", "SLURM_NODELIST": host, "SLURM_JOB_NODELIST": host,
        "SLURM_JOB_NUM_NODES": "1", "SLURM_NNODES": "1", "SLURM_TASKS_PER_NODE": "1", "SLURM_JOB_CPUS_PER_NODE": cpus,
      ]
      let one = try await launch([], environment: job)
      #expect(one.code == 0 && one.errors.contains("ranks: 1, "), "\(one.text)")
      let two = try await launch(["-np", "2"], environment: job)
      #expect(two.code == 0 && two.errors.contains("1 task, \(cpus) CPU"), "\(two.text)")
    }

    @Test(arguments: [
      "localhost:2\r\n", "localhost\nlocalhost", "local[]host", "localhost slots=1\n127.0.0.1 cpu=1 # end",
    ])
    func hostfiles(text: String) async throws {
      try place.write(text, "hosts")
      let outcome = try await launch(["--hostfile=hosts"])
      if text.contains("[]") {
        #expect(outcome.code == 64 && outcome.errors.contains("hosts:1: found \"local[]host\""), "\(outcome.text)")
      } else {
        #expect(outcome.code == 0 && outcome.errors.contains("hosts: 1 of the hostfile, 2 slots"), "\(outcome.text)")
        let left = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory())
          .filter { outcome.errors.contains($0) && $0.hasPrefix("disttrain-hosts-") }
        #expect(left.isEmpty)
      }
    }

    @Test(arguments: [["--np=2"], ["-n2"], ["-n", "2"]]) func formsOfTheNumberOfRanks(words: [String]) async throws {
      let outcome = try await launch(["--print"] + words)
      #expect(outcome.code == 0 && outcome.output.hasPrefix("mpirun -np 2 "), "\(outcome.text)")
    }

    /// The printed command finds its hostfile.
    @Test func aPrintedHostfileIsKept() async throws {
      try place.write("localhost:2", "hosts")
      let outcome = try await launch(["--print", "--hostfile", "hosts"])
      let words = outcome.output.split(separator: " ")
      let path = try #require(words.firstIndex(of: "--hostfile").map { String(words[$0 + 1]) }, "\(outcome.text)")
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "localhost slots=2\n")
      try FileManager.default.removeItem(atPath: path)
    }

    // MARK: Containers

    /// Memory of other ranks cannot be read: one note instead of a line for each message, and the same bits.
    @Test(.tracing, arguments: [true, false]) func forbiddenCopies(isLaunched: Bool) async throws {
      // Messages beyond the 4 kB that Open MPI copies through shared memory anyway.
      let calls = ["process_vm_readv", "process_vm_writev"]
      let strace =
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + calls.joined(separator: ",")]
        + calls.flatMap { ["-e", "inject=\($0):error=EPERM"] }
      let command =
        isLaunched
        ? strace + [Program.launcher, "-np", "2"]
        : ["mpirun", "--oversubscribe", "-np", "2"] + strace + [Program.path]
      let outcome = try await place.start(command: command + Self.run).outcome()
      #expect(outcome.code == 0 && !outcome.errors.contains("Read -1"), "\(outcome.text)")
      let notes = outcome.errors.split(separator: "\n").filter { $0.contains("process_vm_readv") }
      #expect(notes.count == 1, "\(outcome.text)")
      try await place.train(out: "alone")
      #expect(try await place.tensorHash() == place.tensorHash(out: "alone"))
    }

    // MARK: Ends

    @Test func aKilledRankIsExplained() async throws {
      let program = try place.start(
        command: [Program.launcher, "-np", "2"] + Self.run + ["--set", "train.steps=1000000"])
      #expect(try await program.waits { (try? place.loggedSteps().count) ?? 0 > 2 })
      let rank = try #require(RankProcess.all(in: place).first { $0.rank == 1 })
      kill(rank.pid, SIGKILL)
      let outcome = await program.outcome()
      #expect(outcome.code == 70 && outcome.errors.contains("was ended by SIGKILL"), "\(outcome.text)")
    }

    @Test func failuresOfMpirunAreExplained() async throws {
      let outcome = try await launch(["-np", "2"], environment: ["OMPI_MCA_plm": "absent"])
      #expect(outcome.code == 70 && outcome.errors.contains("mpirun ended with code "), "\(outcome.text)")
    }

    /// Open MPI's files fill the folder, and its processes die or hang.
    @Test(.mounting) func aSmallSessionFolder() async throws {
      let script = #"mkdir small && mount -t tmpfs -o size=8m none small && TMPDIR="$PWD/small" exec "$@""#
      let command = ["unshare", "-m", "sh", "-c", script, "sh", Program.launcher, "-np", "2"] + Self.run
      let outcome = try await place.start(command: command + ["--set", "watchdog=10"]).outcome()
      #expect(outcome.code == 70 && outcome.errors.contains("TMPDIR"), "\(outcome.text)")
      #expect(try await place.waits { place.processes.isEmpty })
    }
  }
}
