import Foundation

/// What of this machine a run may use.
package struct Machine: Equatable {
  package var hostName: String
  package var isRoot: Bool
  /// Physical cores that this process may use: within its affinity mask and its control group's quota.
  package var cores: Int
  /// Whether that is less than the machine has; mpirun binds by the machine's cores, so ranks then stay unbound.
  package var isConfined: Bool

  package init(hostName: String, isRoot: Bool, cores: Int, isConfined: Bool) {
    precondition(cores > 0, "a machine has a core")
    self.hostName = hostName
    self.isRoot = isRoot
    self.cores = cores
    self.isConfined = isConfined
  }

  /// From the kernel's own account. `siblings` gives, for each CPU that is online, the CPUs of its core as in
  /// /sys/devices/system/cpu/cpu0/topology/thread_siblings_list; `quota` is in CPUs.
  package init(hostName: String, isRoot: Bool, allowed: Set<Int>, siblings: [Int: String], quota: Double?) {
    let usable = Set(siblings.filter { allowed.contains($0.key) }.values).count
    let limit = quota.map { max(1, Int($0)) } ?? .max
    self.init(
      hostName: hostName, isRoot: isRoot, cores: max(1, min(usable, limit)),
      isConfined: !allowed.isSuperset(of: siblings.keys) || usable > limit)
  }

  package static var current: Machine {
    let online = cpus(inList: read("/sys/devices/system/cpu/online") ?? "0")
    var siblings: [Int: String] = [:]
    for cpu in online {
      // Containers may hide the topology: then every CPU counts as a core.
      siblings[cpu] = read("/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list") ?? "\(cpu)"
    }
    return Machine(
      hostName: ProcessInfo.processInfo.hostName, isRoot: getuid() == 0, allowed: allowedCPUs ?? online,
      siblings: siblings, quota: quota(root: "/sys/fs/cgroup", group: ownGroup))
  }

  /// The CPUs of a kernel list such as "0-3,8".
  package static func cpus(inList list: String) -> Set<Int> {
    var cpus: Set<Int> = []
    for range in list.split(separator: ",") {
      let ends = range.split(separator: "-").compactMap { Int($0) }
      if let first = ends.first, let last = ends.last, first <= last { cpus.formUnion(first...last) }
    }
    return cpus
  }

  /// CPUs' worth of time by cpu.max, "200000 100000" or "max 100000" (kernel, cgroup-v2.rst): the least on the way up.
  package static func quota(root: String, group: String, read: (String) -> String? = Machine.read) -> Double? {
    var least: Double?
    var path = group.split(separator: "/")
    while true {
      let file = ([root] + path.map(String.init) + ["cpu.max"]).joined(separator: "/")
      let words = (read(file) ?? "").split(separator: " ").compactMap { Double($0) }
      if words.count == 2, words[1] > 0 { least = min(least ?? .infinity, words[0] / words[1]) }
      if path.popLast() == nil { return least }
    }
  }

  private static var ownGroup: String {
    let lines = (read("/proc/self/cgroup") ?? "").split(separator: "\n")
    return lines.first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) } ?? "/"
  }

  /// The affinity mask of this process (proc_pid_status(5)).
  private static var allowedCPUs: Set<Int>? {
    let lines = (read("/proc/self/status") ?? "").split(separator: "\n")
    return lines.first { $0.hasPrefix("Cpus_allowed_list:") }
      .map { cpus(inList: $0.dropFirst("Cpus_allowed_list:".count).trimmingCharacters(in: .whitespaces)) }
  }

  package static func read(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
