import Files
import Foundation

/// The process that writes to a run folder, according to its lock file.
package struct RunLockHolder: Codable, Equatable, Sendable {
  package var host: String
  /// The kernel's boot: two containers on one machine share it, though their host names differ.
  package var boot: String
  package var pid: Int32
  /// Slurm's number of the job, outside Slurm nil.
  package var job: String?
  /// The number of times that Slurm has requeued the job.
  package var requeues: Int
  /// ISO 8601, in UTC.
  package var started: String

  package init(host: String, boot: String, pid: Int32, job: String?, requeues: Int, started: String) {
    self.host = host
    self.boot = boot
    self.pid = pid
    self.job = job
    self.requeues = requeues
    self.started = started
  }

  /// This process.
  package static func current(environment: [String: String] = ProcessInfo.processInfo.environment) -> Self {
    let boot = try? contents(ofFile: "/proc/sys/kernel/random/boot_id")
    var name = utsname()
    uname(&name)
    return RunLockHolder(
      host: withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) },
      boot: String(decoding: boot ?? [], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines),
      pid: getpid(), job: environment["SLURM_JOB_ID"], requeues: Int(environment["SLURM_RESTART_COUNT"] ?? "") ?? 0,
      started: Date.now.formatted(.iso8601))
  }

  /// Whether both run on one kernel, so that `flock` and process ids are reliable.
  func sharesMachine(with other: Self) -> Bool {
    boot.isEmpty || other.boot.isEmpty ? host == other.host : boot == other.boot || host == other.host
  }

  /// Whether `self` is an earlier start of the job that `other` is: Slurm has ended it before it requeued the job.
  func isEarlierStart(of other: Self) -> Bool { job != nil && job == other.job && requeues < other.requeues }

  package var name: String {
    (job.map { "job \($0), " } ?? "") + "process \(pid) on \(host), started \(started)"
  }
}
