import Foundation

/// The part of this machine that a process may use, as the kernel reports it.
///
/// The launcher and disttrain read the same facts, so that both divide the same cores. Instruction sets are not among
/// them: the launcher needs none, and the choice depends on the kernels of Numerics (`InstructionSet`, agreed by all
/// ranks).
package struct Machine: Equatable, Sendable {
  package let hostName: String
  package let isRoot: Bool
  /// Logical CPUs of the whole machine that are online.
  package let onlineCPUs: Set<Int>
  /// Logical CPUs of the affinity mask that are online.
  package let allowedCPUs: Set<Int>
  /// Physical cores that this process may use, at least 1: those of `allowedCPUs`, limited by the control groups' quota
  /// of CPU time.
  package let cores: Int
  /// The limit of CPU time that the control groups set; nil if there is none.
  package let quota: CPUQuota?
  /// Whether these are fewer than the machine has. mpirun binds by the machine's cores, so ranks then stay unbound.
  package let isConfined: Bool
  /// Bytes of memory for all processes of this control group: the least of the RAM and the control groups' limits; nil
  /// if neither is known.
  package let memoryLimit: Int?
  /// Physical cores of `allowedCPUs`.
  private let allowedCores: Int

  package static var current: Machine {
    Machine(hostName: ProcessInfo.processInfo.hostName, isRoot: getuid() == 0) { path in
      try? String(contentsOfFile: path, encoding: .utf8)
    }
  }

  /// Reads the facts from the kernel's files.
  ///
  /// - Parameter text: returns the contents of the file at a path of /proc or /sys; nil if it cannot be read.
  package init(hostName: String, isRoot: Bool, text: (_ path: String) -> String?) {
    self.hostName = hostName
    self.isRoot = isRoot
    let listed = text("/sys/devices/system/cpu/online").map(Self.cpus(inList:)) ?? []
    // proc_pid_status(5). The mask may contain CPUs that are offline.
    let affinity =
      Self.value(of: "Cpus_allowed_list:", in: text("/proc/self/status")).map { Self.cpus(inList: $0) } ?? []
    let online = !listed.isEmpty ? listed : affinity.isEmpty ? [0] : affinity
    let allowed = affinity.isDisjoint(with: online) ? online : affinity.intersection(online)
    onlineCPUs = online
    allowedCPUs = allowed

    allowedCores = Self.cores(of: allowed, text)
    let groups = ControlGroups(
      membership: text("/proc/self/cgroup") ?? "", mounts: text("/proc/self/mountinfo") ?? "")
    quota = groups.cpuQuota(text)
    let limit = quota?.wholeCPUs ?? .max
    cores = min(allowedCores, limit)
    isConfined = allowed != online || allowedCores > limit

    let ram = Self.value(of: "MemTotal:", in: text("/proc/meminfo"))
      .flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }.map { $0 << 10 }
    memoryLimit = [ram, groups.memoryLimit(text)].compactMap(\.self).min()
  }

  /// The default number of threads of a rank: the cores divided by the ranks that share them, at least 1.
  ///
  /// - Parameters:
  ///   - ranks: the number of ranks that may use exactly `allowedCPUs`.
  ///   - quotaSharers: the number of ranks within the quota of CPU time; nil if they are the same ranks. mpirun may bind
  ///     each rank to CPUs of its own, but the quota of their common control group remains shared.
  package func threads(sharedBy ranks: Int, quotaSharedBy quotaSharers: Int? = nil) -> Int {
    let share = quota.map { $0.wholeCPUs / max(1, quotaSharers ?? ranks) } ?? .max
    return max(1, min(allowedCores / max(1, ranks), share))
  }

  /// The number of physical cores that `cpus` belong to. A CPU whose core is hidden, as in some containers, counts as
  /// one.
  private static func cores(of cpus: Set<Int>, _ text: (String) -> String?) -> Int {
    let siblings = cpus.map { cpu in
      let list = text("/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list").map(self.cpus(inList:)) ?? []
      return list.contains(cpu) ? list : [cpu]
    }
    return Set(siblings).count
  }

  /// The CPUs of a kernel list such as "0-3,8". Parts that are no range of CPUs are ignored.
  private static func cpus(inList list: some StringProtocol) -> Set<Int> {
    var cpus: Set<Int> = []
    for range in list.split(separator: ",") {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false)
        .map { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1 }
      // A damaged list must not fill the memory; no kernel supports as many CPUs.
      guard ends.count <= 2, let last = ends.last, 0 <= ends[0], ends[0] <= last, last < 1 << 16 else { continue }
      cpus.formUnion(ends[0]...last)
    }
    return cpus
  }

  /// The rest of the first line that begins with `key`.
  private static func value(of key: String, in text: String?) -> Substring? {
    text?.split(separator: "\n").first { $0.hasPrefix(key) }.map { $0.dropFirst(key.count).drop(while: \.isWhitespace) }
  }
}
