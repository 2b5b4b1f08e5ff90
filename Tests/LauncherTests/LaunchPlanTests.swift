import Hosts
import MachineFacts
import Testing
import disttrain_launch

/// The arguments of mpirun for each situation. A change here changes how users' jobs run.
@Suite struct LaunchPlanTests {
  private let keepalive = [
    "--mca", "oob_tcp_keepalive_time", "5", "--mca", "oob_tcp_keepalive_intvl", "2", "--mca",
    "oob_tcp_keepalive_probes", "3",
  ]
  private let jobControl = ["--mca", "orte_forward_job_control", "1"]
  private let sharing = ["--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1"]

  private func plan(
    _ words: [String] = ["a.yaml"], ranks: Int? = nil, hostfile: String? = nil, configuration: String? = nil,
    cores: Int = 8, isRoot: Bool = false, isConfined: Bool = false, environment: [String: String] = [:],
    copy: MemoryCopy = .isAllowed
  ) throws -> LaunchPlan {
    try LaunchPlan(
      .init(
        ranks: ranks, hostfile: try hostfile.map { ("h", try Hostfile(parsing: $0, path: "h")) },
        arguments: try ProgramArguments(words), configuration: configuration),
      executable: "/opt/disttrain",
      machine: Self.machine(isRoot: isRoot, cores: cores, isConfined: isConfined), environment: environment,
      copy: copy)
  }

  /// A machine where this process may use `cores` cores: all, or all but one.
  private static func machine(isRoot: Bool, cores: Int, isConfined: Bool) -> Machine {
    Machine(hostName: "here", isRoot: isRoot) { path in
      switch path {
      case "/sys/devices/system/cpu/online": "0-\(isConfined ? cores : cores - 1)"
      case "/proc/self/status": "Cpus_allowed_list:\t0-\(cores - 1)\n"
      default: nil
      }
    }
  }

  @Test(arguments: [(nil as Int?, 8, 1), (2, 2, 4), (3, 3, 2), (8, 8, 1)])
  func ranksThatHaveCoresAreBoundToThem(asked: Int?, ranks: Int, threads: Int) throws {
    let plan = try plan(ranks: asked)
    #expect(
      plan.options == ["-np", "\(ranks)", "--map-by", "slot:PE=\(threads)", "--bind-to", "core"] + jobControl)
    #expect(plan.program == ["/opt/disttrain", "a.yaml", "--set", "threads=\(threads)"])
    #expect(plan.variables.isEmpty)
  }

  @Test func moreRanksThanCoresShareAndYield() throws {
    let plan = try plan(ranks: 9)
    #expect(plan.options == ["-np", "9"] + sharing + jobControl)
    #expect(plan.program.last == "threads=1")
    #expect(plan.remarks.contains { $0.contains("take turns") })
  }

  @Test func aPartOfTheMachineIsNotBound() throws {
    #expect(
      try plan(ranks: 2, cores: 2, isConfined: true).options == ["-np", "2", "--bind-to", "none"] + jobControl)
  }

  @Test func aHostfileOfThisMachineCountsItsCores() throws {
    #expect(
      try plan(hostfile: "localhost slots=8", cores: 2).options
        == ["-np", "8", "--hostfile", "h"] + sharing + jobControl)
    #expect(
      try plan(hostfile: "here slots=2", cores: 4).options
        == ["-np", "2", "--hostfile", "h", "--map-by", "slot:PE=2", "--bind-to", "core"] + jobControl)
    #expect(try plan(ranks: 3, hostfile: "here slots=2", cores: 4).options.contains("--oversubscribe"))
  }

  @Test func severalHostsAreWatchedAndDivideTheirOwnCores() throws {
    let two = "node1 slots=4\nnode2 slots=2"
    let plan = try plan(hostfile: two)
    #expect(plan.options == ["-np", "6", "--hostfile", "h", "--bind-to", "none"] + keepalive + jobControl)
    #expect(plan.program == ["/opt/disttrain", "a.yaml"])
    #expect(try self.plan(ranks: 7, hostfile: two).options.starts(with: ["-np", "7", "--hostfile", "h"] + sharing))
  }

  @Test func oneIsNotSeveral() throws {
    let plan = try plan(hostfile: "node1 slots=1")
    #expect(plan.remarks[0] == "hosts: 1 of the hostfile, 1 slot" && plan.remarks[1] == "ranks: 1 on 1 host")
    #expect(try self.plan(ranks: 2, hostfile: "node1 slots=1").remarks[1].hasPrefix("ranks: 2 on 1 slot: "))
    #expect(try self.plan(cores: 1).remarks[0] == "hosts: this one, 1 core free to use")
  }

  @Test func forbiddenCopiesAreNotTried() throws {
    let forbidden = MemoryCopy.isForbidden(code: 1)
    let option = ["--mca", "btl_vader_single_copy_mechanism", "none"]
    let plan = try plan(ranks: 2, copy: forbidden)
    #expect(plan.options.suffix(3) == option[...] && plan.remarks.contains { $0.contains("process_vm_readv") })
    // No messages; the user's choice; other hosts, where the ranks find out.
    #expect(try !self.plan(ranks: 1, copy: forbidden).options.contains(option[1]))
    let chosen = ["OMPI_MCA_btl_vader_single_copy_mechanism": "knem"]
    #expect(try !self.plan(ranks: 2, environment: chosen, copy: forbidden).options.contains(option[1]))
    #expect(try !self.plan(hostfile: "node1 slots=2", copy: forbidden).options.contains(option[1]))
    #expect(try !self.plan(ranks: 2).options.contains(option[1]))
  }

  @Test func theUsersThreadsStand() throws {
    #expect(try plan(["a.yaml", "--set", "threads=3"]).program == ["/opt/disttrain", "a.yaml", "--set", "threads=3"])
    #expect(try plan(["a.yaml", "--set=threads=3"]).program.count == 3)
    #expect(try plan(configuration: "name: a\nthreads: 2 # half\n").program == ["/opt/disttrain", "a.yaml"])
    #expect(try plan(configuration: "threads: auto # all\n").program.last == "threads=1")
    // Read as YAML, even if other parts are wrong: disttrain reports errors.
    for yaml in ["{name: a, \"threads\": 2}\n", "threads : 2\n", "threads:\n  2\n", "threads: many\n", "threads: 0\n"] {
      #expect(try plan(configuration: yaml).program == ["/opt/disttrain", "a.yaml"], "\(yaml)")
    }
    for yaml in ["threads: 'auto'\n", "name: 3\nthreads: auto\n", "not: [yaml\nthreads: 2\n"] {
      #expect(try plan(configuration: yaml).program.last == "threads=1", "\(yaml)")
    }
    #expect(try plan(configuration: "other:\n  threads: 2\n").program.last == "threads=1")
    #expect(try plan(["bench"]).program == ["/opt/disttrain", "bench"])
  }

  @Test func rootIsAllowedAloud() throws {
    let plan = try plan(isRoot: true)
    #expect(plan.variables == ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"])
    #expect(plan.remarks.contains { $0.contains("OMPI_ALLOW_RUN_AS_ROOT") })
    #expect(!plan.options.contains("--allow-run-as-root"))
    let allowed = try self.plan(isRoot: true, environment: plan.variables)
    #expect(allowed.variables.isEmpty && !allowed.remarks.contains { $0.contains("ROOT") })
  }

  @Test func refusesWhatCannotRun() {
    #expect(throws: LaunchError.self) { try plan([]) }
    #expect(throws: LaunchError.self) { try plan(ranks: 0) }
    #expect(throws: LaunchError.self) { try plan(["a.yaml", "-np", "4"]) }
    #expect(throws: LaunchError.self) { try plan(["a.yaml", "--hostfile=x"]) }
    #expect(throws: LaunchError.self) { try plan(hostfile: "node1\nnode2 slots=2") }
    #expect(throws: LaunchError.self) { try plan(ranks: 5, hostfile: "node1 slots=2 max_slots=4") }
  }
}
