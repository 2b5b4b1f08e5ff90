import Foundation

/// What a process may use of the machine it runs on, by the kernel's own account.
///
/// The launcher and the engine read it alike, so that both divide the same cores. Instruction sets are not among these
/// facts: which ones count depends on what the kernels are compiled for (`InstructionSet` of Numerics, chosen by all ranks
/// together), and the launcher decides nothing by them.
package struct Machine: Equatable, Sendable {
  package let hostName: String
  package let isRoot: Bool
  /// Logical CPUs of the whole machine that are online.
  package let onlineCPUs: Set<Int>
  /// Logical CPUs of the affinity mask that are online.
  package let allowedCPUs: Set<Int>
  /// Physical cores that this process may use, at least 1: those of `allowedCPUs`, and no more than the control
  /// group's quota of CPU time is worth.
  package let cores: Int
  /// Whether that is less than the machine has; mpirun binds by the machine's cores, so ranks then stay unbound.
  package let isConfined: Bool
  /// Bytes that all processes of this control group may hold: the least of the RAM and the control groups' limits; nil
  /// where the kernel tells neither.
  package let memoryLimit: Int?

  package static var current: Machine {
    Machine(hostName: ProcessInfo.processInfo.hostName, isRoot: getuid() == 0) { path in
      try? String(contentsOfFile: path, encoding: .utf8)
    }
  }

  /// From the kernel's files.
  ///
  /// - Parameter text: what the file at a path of /proc or /sys holds; nil where it cannot be read.
  package init(hostName: String, isRoot: Bool, text: (_ path: String) -> String?) {
    self.hostName = hostName
    self.isRoot = isRoot
    let listed = text("/sys/devices/system/cpu/online").map(Self.cpus(inList:)) ?? []
    // proc_pid_status(5). It may name CPUs that are offline.
    let affinity =
      Self.value(of: "Cpus_allowed_list:", in: text("/proc/self/status")).map { Self.cpus(inList: $0) } ?? []
    let online = !listed.isEmpty ? listed : affinity.isEmpty ? [0] : affinity
    let allowed = affinity.isDisjoint(with: online) ? online : affinity.intersection(online)
    onlineCPUs = online
    allowedCPUs = allowed

    let usable = Self.cores(of: allowed, text)
    let groups = ControlGroups(
      membership: text("/proc/self/cgroup") ?? "", mounts: text("/proc/self/mountinfo") ?? "")
    let limit = groups.cpuQuota(text).map { max(1, Int(min($0, 1e6))) } ?? .max
    cores = min(usable, limit)
    isConfined = allowed != online || usable > limit

    let ram = Self.value(of: "MemTotal:", in: text("/proc/meminfo"))
      .flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }.map { $0 << 10 }
    memoryLimit = [ram, groups.memoryLimit(text)].compactMap(\.self).min()
  }

  /// The threads of a rank that leaves their number to the program: the cores, divided by the ranks that share exactly
  /// these; at least 1.
  package func threads(sharedBy ranks: Int) -> Int { max(1, cores / max(1, ranks)) }

  /// How many physical cores `cpus` belong to. A CPU whose core is hidden, as in some containers, counts as one.
  private static func cores(of cpus: Set<Int>, _ text: (String) -> String?) -> Int {
    let siblings = cpus.map { cpu in
      let list = text("/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list").map(self.cpus(inList:)) ?? []
      return list.contains(cpu) ? list : [cpu]
    }
    return Set(siblings).count
  }

  /// The CPUs of a kernel list such as "0-3,8". What is no range of CPUs is left out.
  private static func cpus(inList list: some StringProtocol) -> Set<Int> {
    var cpus: Set<Int> = []
    for range in list.split(separator: ",") {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false)
        .map { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1 }
      // A damaged list must not fill the memory; no kernel counts so many CPUs.
      guard ends.count <= 2, let last = ends.last, 0 <= ends[0], ends[0] <= last, last < 1 << 16 else { continue }
      cpus.formUnion(ends[0]...last)
    }
    return cpus
  }

  /// What follows `key` at the beginning of a line.
  private static func value(of key: String, in text: String?) -> Substring? {
    text?.split(separator: "\n").first { $0.hasPrefix(key) }.map { $0.dropFirst(key.count).drop(while: \.isWhitespace) }
  }
}
