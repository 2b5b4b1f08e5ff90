import Hosts
import MachineFacts

/// The resources for the ranks: the cores of this machine, the hosts of a hostfile, or the nodes of a Slurm job.
package struct Allocation: Equatable, CustomStringConvertible {
  package enum Source: Equatable {
    case machine, hostfile, slurm
  }

  package let source: Source
  package let hosts: Int
  /// Whether all ranks run on this machine.
  package let isHere: Bool
  /// Number of ranks that do not share cores; nil if unknown.
  package let slots: Int?
  /// The most ranks; nil for no limit.
  package let maximum: Int?
  /// Cores for each rank, if the job says so.
  package let coresPerRank: Int?
  package let description: String

  package init(hostfile: Hostfile?, machine: Machine, environment: [String: String]) throws(LaunchError) {
    let slurm = try SlurmAllocation(environment)
    if let hostfile {
      let local = ["localhost", "127.0.0.1", "::1", machine.hostName]
      source = .hostfile
      hosts = Set(hostfile.hosts.map(\.name)).count
      isHere = hostfile.hosts.allSatisfy { local.contains($0.name) }
      slots = hostfile.slots ?? (isHere ? machine.cores : nil)
      let limits = hostfile.hosts.map(\.maximumSlots)
      maximum = limits.contains(nil) ? nil : limits.reduce(0) { $0 + $1! }
      coresPerRank = nil
      let count = slots.map { ", \($0) slot\($0 == 1 ? "" : "s")" } ?? ""
      description =
        "hosts: \(hosts) of the hostfile\(count)"
        + (slurm.map { "; inside Slurm job \($0.job), which must hold them" } ?? "")
    } else if let slurm {
      source = .slurm
      hosts = slurm.nodes
      isHere = slurm.nodes == 1
      slots = slurm.tasks ?? (isHere ? machine.cores / (slurm.cpusPerTask ?? 1) : nil)
      maximum = nil
      coresPerRank = slurm.cpusPerTask ?? 1
      description =
        "hosts: Slurm job \(slurm.job), \(slurm.nodes) node\(slurm.nodes == 1 ? "" : "s") (\(slurm.nodeList))"
    } else {
      source = .machine
      hosts = 1
      isHere = true
      slots = machine.cores
      maximum = nil
      coresPerRank = nil
      description = "hosts: this one, \(machine.cores) core\(machine.cores == 1 ? "" : "s") free to use"
    }
  }

  /// The number of ranks: `asked`, or one for each slot.
  package func ranks(asked: Int?) throws(LaunchError) -> Int {
    if let asked, asked < 1 {
      throw LaunchError("found -np \(asked), expected a whole number above 0")
    }
    guard let ranks = asked ?? slots.map({ max($0, 1) }) else {
      let fix = source == .slurm ? "give sbatch --ntasks" : "give each host slots=N"
      throw LaunchError("found no number of ranks, expected one: \(fix), or disttrain-launch -np N")
    }
    if let maximum, ranks > maximum {
      throw LaunchError("found -np \(ranks), expected at most \(maximum), the sum of the hostfile's max_slots")
    }
    return ranks
  }
}
