import Files
import Hosts
import MachineFacts

/// How ranks are placed on cores: bound if each has its own cores; sharing cores and yielding if there are more ranks
/// than cores.
package struct Placement: Equatable {
  /// Arguments of mpirun.
  package private(set) var options: [String] = []
  /// Threads of each rank; nil if each rank decides on its host.
  package private(set) var threads: Int?
  package private(set) var remarks: [String] = []

  package init(ranks: Int, in allocation: Allocation, machine: Machine) throws(LaunchError) {
    let job: SlurmAllocation? = if case .slurm(let job) = allocation.source { job } else { nil }
    if allocation.isHere {
      placeHere(ranks, allocation, job, machine)
    } else {
      placeElsewhere(ranks, allocation, job)
    }
    if let slots = allocation.slotsOfMpirun, ranks > slots { addSlots(ranks, allocation, job) }
  }

  private mutating func placeHere(
    _ ranks: Int, _ allocation: Allocation, _ job: SlurmAllocation?, _ machine: Machine
  ) {
    let cpus = allocation.cpus ?? .max
    let cores = min(machine.cores, cpus)
    guard ranks <= cores else { return share(ranks, quantity(cores, "core")) }
    let threads = min(machine.threads(sharedBy: ranks), job?.cpus(ofEachOf: ranks) ?? cpus / ranks)
    self.threads = threads
    remarks.append("ranks: \(ranks), \(quantity(threads, "core")) each")
    // A batch system need not confine a job to its cores; other jobs may use those that mpirun would bind to.
    if machine.isConfined || cpus < machine.onlineCPUs.count {
      options = ["--bind-to", "none"]
      remarks.append("binding: none, since this process may use only a part of the machine's cores")
    } else {
      options = ["--map-by", "slot:PE=\(threads)", "--bind-to", "core"]
      remarks.append("binding: each rank to its own cores")
    }
  }

  private mutating func placeElsewhere(_ ranks: Int, _ allocation: Allocation, _ job: SlurmAllocation?) {
    threads = job?.cpus(ofEachOf: ranks) ?? (allocation.source == .gridEngine ? 1 : nil)
    if let slots = allocation.slots, ranks > slots { return share(ranks, quantity(slots, "slot")) }
    options = ["--bind-to", "none"]
    remarks.append("ranks: \(ranks) on \(quantity(allocation.hosts, "host"))")
    remarks.append("binding: none, since the cores of other hosts are not known here")
  }

  private mutating func share(_ ranks: Int, _ what: String) {
    threads = 1
    options = ["--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1"]
    remarks.append("ranks: \(ranks) on \(what): they take turns, and yield while they wait (same bits, less speed)")
  }

  /// mpirun counts slots by itself, of a Slurm job one for each task, and refuses more ranks.
  private mutating func addSlots(_ ranks: Int, _ allocation: Allocation, _ job: SlurmAllocation?) {
    if let job, ranks <= job.cpus ?? 0 {
      options += ["--mca", "ras_slurm_use_entire_allocation", "1"]
      remarks.append("slots: one for each CPU of the job, not for each task")
    } else if !options.contains("--oversubscribe") {
      options.append("--oversubscribe")
    }
    // By slots, the first node would get as many ranks as it can hold.
    if job != nil, allocation.hosts > 1 { options += ["--map-by", "node"] }
  }
}
