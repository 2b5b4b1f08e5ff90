import Files
import Hosts
import MachineFacts

/// The resources for the ranks: the cores of this machine, the hosts of a hostfile, or those of a batch job.
package struct Allocation: Equatable, CustomStringConvertible {
  package enum Source: Equatable {
    case machine, hostfile
    case slurm(SlurmAllocation)
    case gridEngine
  }

  package let source: Source
  package let hosts: Int
  /// Whether all ranks run on this machine.
  package let isHere: Bool
  /// The logical CPUs of a batch job; nil if unknown.
  package let cpus: Int?
  /// Number of ranks that do not share cores; nil if unknown.
  package let slots: Int?
  /// The number of ranks if none is asked for; nil if unknown.
  package let defaultRanks: Int?
  /// Number of slots that mpirun counts; nil if it counts the same cores as `Machine`, or slots of hosts unknown here.
  package let slotsOfMpirun: Int?
  /// The most ranks; nil for no limit.
  package let maximum: Int?
  package let description: String

  package init(hostfile: Hostfile?, machine: Machine, environment: [String: String]) throws(LaunchError) {
    let slurm = try SlurmAllocation(environment)
    let gridEngine = try slurm == nil ? GridEngineAllocation(environment) : nil
    cpus = hostfile == nil ? slurm?.cpus ?? gridEngine?.slots : nil
    if let hostfile {
      let local = LocalNames.all(of: machine)
      source = .hostfile
      hosts = hostfile.hosts.count
      isHere = hostfile.hosts.allSatisfy { local.contains($0.name) }
      slots = hostfile.slots ?? (isHere ? machine.cores : nil)
      defaultRanks = slots
      // In a batch job mpirun counts no more slots than the job has.
      slotsOfMpirun = [hostfile.slots, slurm?.slots, gridEngine?.slots].compactMap(\.self).min()
      let limits = hostfile.hosts.map(\.maximumSlots)
      maximum = limits.contains(nil) ? nil : limits.reduce(0) { $0 + $1! }
      let count = slots.map { ", \(quantity($0, "slot"))" } ?? ""
      let pronoun = hosts == 1 ? "it" : "them"
      description =
        "hosts: \(hosts) of the hostfile\(count)"
        + (slurm.map { "; inside Slurm job \($0.job), which must hold \(pronoun)" } ?? "")
    } else if let slurm {
      source = .slurm(slurm)
      hosts = slurm.nodes.count
      isHere = hosts == 1
      slots = max(slurm.cpus ?? 0, slurm.slots)
      defaultRanks = slurm.tasks ?? slurm.slots
      slotsOfMpirun = slurm.slots
      maximum = nil
      description =
        "hosts: Slurm job \(slurm.job), \(quantity(hosts, "node")) (\(slurm.nodeList)), \(quantity(slurm.slots, "task"))"
        + (slurm.cpus.map { ", \(quantity($0, "CPU"))" } ?? "")
    } else if let gridEngine {
      source = .gridEngine
      hosts = gridEngine.hosts
      isHere = hosts == 1
      slots = gridEngine.slots
      defaultRanks = gridEngine.slots
      slotsOfMpirun = gridEngine.slots
      maximum = nil
      description =
        "hosts: Grid Engine job \(gridEngine.job), \(quantity(hosts, "host")), \(quantity(gridEngine.slots, "slot"))"
    } else {
      source = .machine
      hosts = 1
      isHere = true
      slots = machine.cores
      defaultRanks = machine.cores
      slotsOfMpirun = nil
      maximum = nil
      description = "hosts: this one, \(quantity(machine.cores, "core")) free to use"
    }
  }

  /// The number of ranks: `asked`, or one for each slot.
  package func ranks(asked: Int?) throws(LaunchError) -> Int {
    if let asked, asked < 1 {
      throw LaunchError("found -np \(asked), expected a whole number above 0")
    }
    guard let ranks = asked ?? defaultRanks.map({ max($0, 1) }) else {
      throw LaunchError(
        "found no number of ranks, expected one: give each host slots=N, or disttrain-launch -np N")
    }
    if let maximum, ranks > maximum {
      throw LaunchError("found -np \(ranks), expected at most \(maximum), the sum of the hostfile's max_slots")
    }
    return ranks
  }
}
