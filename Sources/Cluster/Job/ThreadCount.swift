import Configuration
import MachineFacts

/// The number of threads of a rank.
package enum ThreadCount {
  /// The number in `setting`; for `auto` the physical cores that this process may use, divided by `ranks`, at least 1.
  ///
  /// - Parameter ranks: the number of ranks that share exactly these cores.
  package static func resolve(_ setting: CountSetting, on machine: Machine = .current, sharedBy ranks: Int = 1) -> Int {
    switch setting {
    case .fixed(let count): count
    case .automatic: machine.threads(sharedBy: ranks)
    }
  }

  /// The same for a rank of `job`, which learns from the others how many ranks of its host have the same affinity, and
  /// how many the same quota of CPU time. Collective.
  package static func resolve(
    _ setting: CountSetting, _ job: any Job, on machine: Machine = .current
  ) throws -> Int {
    let cpus = "\(job.host) \(machine.allowedCPUs.sorted())"
    let group = "\(job.host) \(machine.quota?.group ?? "")"
    let sharing = try job.allGather(cpus).count { $0 == cpus }
    let inGroup = try job.allGather(group).count { $0 == group }
    switch setting {
    case .fixed(let count): return count
    case .automatic: return machine.threads(sharedBy: sharing, quotaSharedBy: inGroup)
    }
  }
}
