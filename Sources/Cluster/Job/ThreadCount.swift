import Configuration
import MachineFacts

/// How many threads a rank computes with; decided here alone.
package enum ThreadCount {
  /// What `setting` says; where it leaves the number to the program, the physical cores that this process may use,
  /// divided by `ranks`, at least 1.
  ///
  /// - Parameter ranks: how many ranks share exactly these cores.
  package static func resolve(_ setting: CountSetting, on machine: Machine = .current, sharedBy ranks: Int = 1) -> Int {
    switch setting {
    case .fixed(let count): count
    case .automatic: machine.threads(sharedBy: ranks)
    }
  }

  /// The same for a rank of `job`, which finds out from the others who shares its cores: those of its host with the same
  /// affinity. Collective.
  package static func resolve(
    _ setting: CountSetting, _ job: any Job, on machine: Machine = .current
  ) throws -> Int {
    let cpus = "\(job.host) \(machine.allowedCPUs.sorted())"
    let sharing = try job.allGather(cpus).count { $0 == cpus }
    return resolve(setting, on: machine, sharedBy: sharing)
  }
}
