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
    if allocation.isHere {
      placeHere(ranks, allocation, machine)
    } else {
      placeElsewhere(ranks, allocation)
    }
    // mpirun counts slots by itself, and may find fewer than `slots`.
    if let slots = allocation.slots, ranks > slots, !options.contains("--oversubscribe") {
      options.append("--oversubscribe")
    }
  }

  private mutating func placeHere(_ ranks: Int, _ allocation: Allocation, _ machine: Machine) {
    let cores = machine.cores
    guard ranks <= cores else { return share(ranks, "\(cores) core\(cores == 1 ? "" : "s")") }
    let threads = min(machine.threads(sharedBy: ranks), allocation.coresPerRank ?? .max)
    self.threads = threads
    remarks.append("ranks: \(ranks), \(threads) core\(threads == 1 ? "" : "s") each")
    if machine.isConfined {
      options = ["--bind-to", "none"]
      remarks.append("binding: none, since this process may use only a part of the machine's cores")
    } else {
      options = ["--map-by", "slot:PE=\(threads)", "--bind-to", "core"]
      remarks.append("binding: each rank to its own cores")
    }
  }

  private mutating func placeElsewhere(_ ranks: Int, _ allocation: Allocation) {
    threads = allocation.coresPerRank
    if let slots = allocation.slots, ranks > slots { return share(ranks, "\(slots) slot\(slots == 1 ? "" : "s")") }
    options = ["--bind-to", "none"]
    remarks.append("ranks: \(ranks) on \(allocation.hosts) host\(allocation.hosts == 1 ? "" : "s")")
    remarks.append("binding: none, since the cores of other hosts are not known here")
  }

  private mutating func share(_ ranks: Int, _ what: String) {
    threads = 1
    options = ["--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1"]
    remarks.append("ranks: \(ranks) on \(what): they take turns, and yield while they wait (same bits, less speed)")
  }
}
