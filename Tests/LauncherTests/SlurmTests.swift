import Hosts
import MachineFacts
import Testing
import disttrain_launch

/// The plan in a Slurm job, with variables as Slurm 22.05 sets them. mpirun counts a slot for each task.
@Suite struct SlurmTests {
  private let keepalive = [
    "--mca", "oob_tcp_keepalive_time", "5", "--mca", "oob_tcp_keepalive_intvl", "2", "--mca",
    "oob_tcp_keepalive_probes", "3",
  ]
  private let jobControl = ["--mca", "orte_forward_job_control", "1"]
  private let allCPUs = ["--mca", "ras_slurm_use_entire_allocation", "1"]

  private func plan(
    _ job: [String: String], ranks: Int? = nil, hostfile: String? = nil, cores: Int = 8
  ) throws -> LaunchPlan {
    try LaunchPlan(
      .init(
        ranks: ranks, hostfile: try hostfile.map { ("h", try Hostfile(parsing: $0, path: "h")) },
        arguments: try ProgramArguments(["a.yaml"])),
      executable: "/opt/disttrain",
      machine: Machine(hostName: "here", isRoot: false) { $0.hasSuffix("/online") ? "0-\(cores - 1)" : nil },
      environment: job["JOB_ID"] != nil
        ? job : job.merging(["SLURM_JOB_ID": "17", "SLURM_JOB_NODELIST": "n"]) { a, _ in a })
  }

  /// `sbatch -N1`, without a number of tasks: a task of one CPU.
  @Test func oneTaskByDefault() throws {
    let job = ["SLURM_JOB_NUM_NODES": "1", "SLURM_TASKS_PER_NODE": "1", "SLURM_JOB_CPUS_PER_NODE": "1"]
    let plan = try plan(job)
    #expect(plan.ranks == 1 && plan.program.last == "threads=1")
    #expect(plan.options == ["-np", "1", "--bind-to", "none"] + jobControl)
    #expect(plan.remarks[0] == "hosts: Slurm job 17, 1 node (n), 1 task, 1 CPU")
    #expect(try self.plan(job, ranks: 2).options.contains("--oversubscribe"))
  }

  /// `sbatch -N1 --exclusive`: the one task gets all CPUs, or as many ranks as are asked for share them.
  @Test func theWholeNode() throws {
    let job = ["SLURM_JOB_NUM_NODES": "1", "SLURM_TASKS_PER_NODE": "1", "SLURM_JOB_CPUS_PER_NODE": "8"]
    let one = try plan(job)
    #expect(one.options == ["-np", "1", "--map-by", "slot:PE=8", "--bind-to", "core"] + jobControl)
    #expect(one.program.last == "threads=8")
    let four = try plan(job, ranks: 4)
    #expect(four.options == ["-np", "4", "--map-by", "slot:PE=2", "--bind-to", "core"] + allCPUs + jobControl)
    #expect(four.program.last == "threads=2")
    #expect(try plan(job, ranks: 9).options.contains("--oversubscribe"))
  }

  /// A part of a node that Slurm does not confine: other jobs may use the cores that mpirun would bind to.
  @Test func aPartOfANodeIsNotBound() throws {
    let job = ["SLURM_NTASKS": "2", "SLURM_TASKS_PER_NODE": "2", "SLURM_JOB_CPUS_PER_NODE": "4"]
    let plan = try plan(job)
    #expect(plan.options == ["-np", "2", "--bind-to", "none"] + jobControl && plan.program.last == "threads=2")
    #expect(try self.plan(job, ranks: 5).options.contains("--oversubscribe"))
  }

  @Test func severalNodes() throws {
    var job = [
      "SLURM_JOB_NUM_NODES": "5", "SLURM_TASKS_PER_NODE": "2(x4),1", "SLURM_JOB_CPUS_PER_NODE": "8(x2),6(x3)",
    ]
    let plan = try plan(job)
    #expect(plan.options == ["-np", "9", "--bind-to", "none"] + keepalive + jobControl)
    // 6 CPUs for two tasks, on the third node.
    #expect(plan.program.last == "threads=3")
    #expect(plan.remarks[0] == "hosts: Slurm job 17, 5 nodes (n), 9 tasks, 34 CPUs")
    // Three ranks on each of the five nodes.
    let more = try self.plan(job, ranks: 15)
    let spread = ["-np", "15", "--bind-to", "none"] + allCPUs + ["--map-by", "node"]
    #expect(more.options == spread + keepalive + jobControl)
    #expect(more.program.last == "threads=2")
    let sharing = try self.plan(job, ranks: 35)
    #expect(sharing.options.contains("--oversubscribe") && sharing.options.contains("node"))
    #expect(sharing.program.last == "threads=1" && !sharing.options.contains(allCPUs[1]))
    job["SLURM_NTASKS"] = "11"
    #expect(try self.plan(job).options.starts(with: ["-np", "11", "--bind-to", "none"] + allCPUs))
  }

  @Test func cpusPerTask() throws {
    let job = [
      "SLURM_JOB_NUM_NODES": "2", "SLURM_NTASKS": "6", "SLURM_CPUS_PER_TASK": "4", "SLURM_TASKS_PER_NODE": "3(x2)",
      "SLURM_JOB_CPUS_PER_NODE": "12(x2)",
    ]
    let plan = try plan(job)
    #expect(plan.options == ["-np", "6", "--bind-to", "none"] + keepalive + jobControl)
    #expect(plan.program.last == "threads=4")
    #expect(try self.plan(job, ranks: 8).program.last == "threads=3")
  }

  /// Without the lists, as in a shell that has lost some variables.
  @Test func whatIsMissing() throws {
    let plan = try plan(["SLURM_JOB_NUM_NODES": "2", "SLURM_NTASKS": "5"])
    #expect(plan.ranks == 5 && plan.program == ["/opt/disttrain", "a.yaml"])
    // mpirun reads these names alone.
    #expect(plan.variables == ["SLURM_JOBID": "17", "SLURM_NODELIST": "n", "SLURM_TASKS_PER_NODE": "3,2"])
    #expect(try self.plan(["SLURM_NNODES": "2"]).ranks == 2)
    #expect(try self.plan([:]).ranks == 1)
    let step = ["SLURM_JOB_NUM_NODES": "3", "SLURM_TASKS_PER_NODE": "2(x2)", "SLURM_JOB_CPUS_PER_NODE": "8,4(x2)"]
    #expect(try self.plan(step).ranks == 4 && self.plan(step).program.last == "threads=2")
  }

  @Test func nothingIsMissing() throws {
    let names = ["SLURM_JOBID", "SLURM_NODELIST", "SLURM_TASKS_PER_NODE"]
    #expect(try plan(Dictionary(uniqueKeysWithValues: names.map { ($0, "1") })).variables.isEmpty)
    let error = #expect(throws: LaunchError.self) {
      _ = try SlurmAllocation(["SLURM_JOB_ID": "17", "SLURM_NTASKS": "2"])
    }
    #expect(error?.description.contains("env -u SLURM_JOB_ID -u SLURM_JOBID") == true)
    #expect(try SlurmAllocation(["SLURM_NTASKS": "2"]) == nil)
  }

  @Test func aHostfileInAJob() throws {
    let job = ["SLURM_TASKS_PER_NODE": "1", "SLURM_JOB_CPUS_PER_NODE": "8"]
    let plan = try plan(job, hostfile: "here slots=4")
    #expect(plan.ranks == 4 && plan.options.contains("--oversubscribe"))
    #expect(plan.remarks[0] == "hosts: 1 of the hostfile, 4 slots; inside Slurm job 17, which must hold it")
  }

  @Test(arguments: [
    ("SLURM_NTASKS", "many"), ("SLURM_NTASKS", "0"), ("SLURM_CPUS_PER_TASK", "-1"), ("SLURM_JOB_NUM_NODES", ""),
    ("SLURM_TASKS_PER_NODE", "2(x4"), ("SLURM_TASKS_PER_NODE", "2(4)"), ("SLURM_TASKS_PER_NODE", ""),
    ("SLURM_TASKS_PER_NODE", "2,,1"), ("SLURM_TASKS_PER_NODE", "2(x0)"), ("SLURM_JOB_CPUS_PER_NODE", "x"),
    ("SLURM_JOB_CPUS_PER_NODE", "1(x99999999)"), ("SLURM_JOB_CPUS_PER_NODE", "1(x1)(x1)"),
  ])
  func refusesWhatSlurmDoesNotWrite(name: String, value: String) {
    let error = #expect(throws: LaunchError.self) { try plan([name: value]) }
    #expect(error?.description.hasPrefix("found \(name)=\(value), expected") == true, "\(error?.description ?? "")")
  }

  /// mpirun counts the slots of Grid Engine, too.
  @Test func gridEngine() throws {
    var job = ["SGE_ROOT": "/sge", "ARC": "lx", "PE_HOSTFILE": "/f", "JOB_ID": "5", "NSLOTS": "4", "NHOSTS": "1"]
    let here = try plan(job)
    #expect(here.options == ["-np", "4", "--bind-to", "none"] + jobControl && here.program.last == "threads=1")
    #expect(here.remarks[0] == "hosts: Grid Engine job 5, 1 host, 4 slots")
    #expect(try plan(job, ranks: 2).program.last == "threads=2")
    #expect(try plan(job, ranks: 5).options.contains("--oversubscribe"))
    #expect(try plan(job, hostfile: "here slots=8").options.contains("--oversubscribe"))
    job["NHOSTS"] = "2"
    #expect(try plan(job).options == ["-np", "4", "--bind-to", "none"] + keepalive + jobControl)
    #expect(try plan(job).program.last == "threads=1")
    job["NSLOTS"] = nil
    #expect(throws: LaunchError.self) { try plan(job) }
    job["PE_HOSTFILE"] = nil
    #expect(try plan(job).ranks == 8)
  }
}
