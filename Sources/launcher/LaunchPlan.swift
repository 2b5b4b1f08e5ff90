import Hosts
import MachineFacts

/// The mpirun command for a run, and the reasons for its options. Reads and starts nothing: facts in, words out.
package struct LaunchPlan: Equatable {
  /// The user's request.
  package struct Request {
    package var ranks: Int?
    package var hostfile: (path: String, content: Hostfile)?
    package var arguments: ProgramArguments
    /// The text of the configuration file; nil if it cannot be read.
    package var configuration: String?

    package init(
      ranks: Int? = nil, hostfile: (path: String, content: Hostfile)? = nil, arguments: ProgramArguments,
      configuration: String? = nil
    ) {
      self.ranks = ranks
      self.hostfile = hostfile
      self.arguments = arguments
      self.configuration = configuration
    }
  }

  package private(set) var ranks: Int
  /// Whether all ranks run on this machine.
  package let isHere: Bool
  /// Arguments of mpirun, before the program.
  package private(set) var options: [String]
  /// The program and its arguments.
  package private(set) var program: [String]
  /// Variables for mpirun in addition to the environment.
  package private(set) var variables: [String: String] = [:]
  /// The decisions, one line each.
  package private(set) var remarks: [String] = []

  /// - Parameters:
  ///   - executable: disttrain's path.
  ///   - environment: the launcher's own variables.
  ///   - copy: whether ranks of this machine can read each other's memory.
  package init(
    _ request: Request, executable: String, machine: Machine, environment: [String: String],
    copy: MemoryCopy = .isAllowed
  ) throws(LaunchError) {
    let allocation = try Allocation(hostfile: request.hostfile?.content, machine: machine, environment: environment)
    let ranks = try allocation.ranks(asked: request.ranks)
    self.ranks = ranks
    isHere = allocation.isHere
    let places = try Placement(ranks: ranks, in: allocation, machine: machine)

    options = ["-np", "\(ranks)"]
    if let hostfile = request.hostfile { options += ["--hostfile", hostfile.path] }
    options += places.options
    if allocation.hosts > 1 {
      // A lost host is noticed within about 11 s, not after the kernel's default of two hours.
      options += ["--mca", "oob_tcp_keepalive_time", "5", "--mca", "oob_tcp_keepalive_intvl", "2"]
      options += ["--mca", "oob_tcp_keepalive_probes", "3"]
    }
    // Ctrl-Z: mpirun stops the ranks at TSTP. Without the option it passes TSTP on, which does not stop them.
    options += ["--mca", "orte_forward_job_control", "1"]
    program = [executable] + request.arguments.words
    remarks = [allocation.description] + places.remarks
    if allocation.isHere, ranks > 1 { avoidForbiddenCopies(copy, environment) }
    chooseThreads(places.threads, request)
    if case .slurm(let job) = allocation.source { variables = job.missing }
    if machine.isRoot { allowRoot(environment) }
  }

  /// Ranks on other hosts find it out there (`SingleCopy`).
  private mutating func avoidForbiddenCopies(_ copy: MemoryCopy, _ environment: [String: String]) {
    let setting = "btl_vader_single_copy_mechanism"
    guard case .isForbidden = copy, environment["OMPI_MCA_\(setting)"] == nil else { return }
    options += ["--mca", setting, "none"]
    remarks.append(
      "messages: by two copies through shared memory, since this machine forbids ranks to read each other's memory "
        + "(process_vm_readv)")
  }

  private mutating func chooseThreads(_ threads: Int?, _ request: Request) {
    guard request.arguments.train else { return }
    if let place = request.arguments.placeOfThreads(configuration: request.configuration) {
      remarks.append("threads: as \(place) says")
    } else if let threads {
      program += ["--set", "threads=\(threads)"]
      remarks.append("threads: \(threads) a rank")
    } else {
      remarks.append("threads: each rank takes its share of its host's cores")
    }
  }

  private mutating func allowRoot(_ environment: [String: String]) {
    let names = ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]
    let missing = names.filter { environment[$0] != "1" }
    for name in missing { variables[name] = "1" }
    if !missing.isEmpty {
      remarks.append(
        "root: mpirun refuses to run as root, so \(names.joined(separator: " and ")) are set for it; "
          + "outside of a container use a plain user")
    }
  }
}
