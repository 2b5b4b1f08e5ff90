/// A limit of CPU time for all processes of a control group together.
package struct CPUQuota: Equatable, Sendable {
  /// In CPUs: 1.5 stands for 1.5 s of CPU time a second.
  package let cpus: Double
  /// The folder of the group that sets it.
  package let group: String

  package init(cpus: Double, group: String) { (self.cpus, self.group) = (cpus, group) }

  /// The number of threads that may always run, at least 1.
  package var wholeCPUs: Int { max(1, Int(min(cpus, 1e6))) }
}

/// The control groups of a process, of both versions, and their limits (kernel, cgroup-v2.rst and cgroup-v1/;
/// cgroups(7)).
///
/// A machine may have one version or both, with each controller in one of them. A limit of a group holds for all groups
/// inside it, so the least limit on the way up counts.
struct ControlGroups {
  /// The folders of the process's groups, each followed by its parents up to the mount point of the hierarchy.
  private let unified: [String]
  private let cpu: [String]
  private let memory: [String]

  /// - Parameters:
  ///   - membership: /proc/self/cgroup, lines such as `4:memory:/a/b`, `3:cpu,cpuacct:/a` and, of version 2, `0::/a`.
  ///   - mounts: /proc/self/mountinfo.
  init(membership: String, mounts: String) {
    let mounts = mounts.split(separator: "\n").compactMap(Mount.init)
    var groups: [String: String] = [:]
    for line in membership.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      // Version 2 names no controller: its key is "".
      for name in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        groups[String(name)] = String(parts[2])
      }
    }
    func folders(_ controller: String) -> [String] {
      guard let group = groups[controller] else { return [] }
      return mounts.filter { $0.controllers.contains(controller) }.flatMap { $0.folders(of: group) }
    }
    (unified, cpu, memory) = (folders(""), folders("cpu"), folders("memory"))
  }

  /// The least limit of CPU time; nil for no limit.
  func cpuQuota(_ text: (String) -> String?) -> CPUQuota? {
    func numbers(_ path: String) -> [Double] {
      (text(path) ?? "").split(whereSeparator: \.isWhitespace).map { Double($0) ?? 0 }
    }
    // "200000 100000" or "max 100000": quota and period in µs.
    let second = unified.map { ($0, numbers($0 + "/cpu.max")) }
    // Version 1 has the two numbers in two files; a quota of −1 is no limit.
    let first = cpu.map { ($0, numbers($0 + "/cpu.cfs_quota_us") + numbers($0 + "/cpu.cfs_period_us")) }
    return (second + first).compactMap { group, words in
      words.count == 2 && words[0] > 0 && words[1] > 0 ? CPUQuota(cpus: words[0] / words[1], group: group) : nil
    }.min { $0.cpus < $1.cpus }
  }

  /// The limit of memory in bytes; nil for no limit. Version 1 gives a number above any memory if there is none.
  func memoryLimit(_ text: (String) -> String?) -> Int? {
    let files = unified.map { $0 + "/memory.max" } + memory.map { $0 + "/memory.limit_in_bytes" }
    return files.compactMap { text($0)?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } }
      .filter { $0 > 0 }.min()
  }

  /// A hierarchy of groups at its place in the file system (proc_pid_mountinfo(5)).
  private struct Mount {
    /// The group whose folder is `point`.
    private let root: String
    private let point: String
    /// "" for version 2.
    let controllers: [String]

    /// nil if the line describes another file system.
    init?(_ line: Substring) {
      let words = line.split(separator: " ")
      guard let separator = words.firstIndex(of: "-"), separator >= 5, words.count > separator + 1 else { return nil }
      switch words[separator + 1] {
      case "cgroup2": controllers = [""]
      case "cgroup": controllers = words.last!.split(separator: ",").map(String.init)
      default: return nil
      }
      (root, point) = (String(words[3]), String(words[4]))
    }

    /// The folders of `group` and its parents. If the group is outside of `root`, as the kernel may report inside a
    /// container, only the mount point itself.
    func folders(of group: String) -> [String] {
      let (top, names) = (root.split(separator: "/"), group.split(separator: "/"))
      let isInside = names.starts(with: top) && !names.contains("..")
      let below = isInside ? names.dropFirst(top.count) : []
      return (0...below.count).map { ([Substring(point)] + below.dropLast($0)).joined(separator: "/") }
    }
  }
}
