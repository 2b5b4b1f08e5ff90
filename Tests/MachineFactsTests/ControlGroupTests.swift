import MachineFacts
import Testing

/// Quotas of CPU time and memory limits, in all places where the kernel keeps them.
@Suite struct ControlGroupTests {
  private static let eight = Layout(online: "0-7", allowed: "0-7").with(memory: "16777216")
  private static let second = "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"

  private static func first(_ controllers: String, at folder: String? = nil, root: String = "/") -> String {
    "33 31 0:30 \(root) /sys/fs/cgroup/\(folder ?? controllers) rw,relatime - cgroup cgroup rw,\(controllers)"
  }

  private static func limits(_ groups: String, _ mounts: [String], _ limits: [String: String]) -> Machine {
    eight.with(groups: groups, mounts: mounts, limits).machine
  }

  @Test func theLeastOnTheWayUp() {
    let limits = [
      "/sys/fs/cgroup/a/b/cpu.max": "max 100000", "/sys/fs/cgroup/a/cpu.max": "250000 100000",
      "/sys/fs/cgroup/cpu.max": "400000 100000", "/sys/fs/cgroup/a/b/memory.max": "2000000000",
      "/sys/fs/cgroup/a/memory.max": "max", "/sys/fs/cgroup/memory.max": "1000000000",
    ]
    let nested = Self.limits("0::/a/b", [Self.second], limits)
    #expect(nested.cores == 2 && nested.isConfined && nested.memoryLimit == 1_000_000_000)
    #expect(Self.limits("0::/", [Self.second], limits).cores == 4)
    // Limits of other groups do not count.
    #expect(Self.limits("0::/c/b", [Self.second], limits).cores == 4)
  }

  @Test(arguments: [
    ("150000 100000", 1), ("20000 100000", 1), ("300000 50000", 6), ("800000 100000", 8), ("99900000 100000", 8),
    ("max 100000", 8), ("0 100000", 8), ("-1 100000", 8), ("200000 0", 8), ("200000", 8), ("two 100000", 8), ("", 8),
    ("200000 100000 1", 8), ("1e308 1", 8),
  ])
  func quotas(text: String, cores: Int) {
    let machine = Self.limits("0::/", [Self.second], ["/sys/fs/cgroup/cpu.max": text])
    #expect(machine.cores == cores && machine.isConfined == (cores < 8))
  }

  /// The group that sets the least limit: its processes share it.
  @Test func whoSharesAQuota() {
    let limits = [
      "/sys/fs/cgroup/a/b/cpu.max": "500000 100000", "/sys/fs/cgroup/a/cpu.max": "250000 100000",
      "/sys/fs/cgroup/cpu.max": "max 100000",
    ]
    let machine = Self.limits("0::/a/b", [Self.second], limits)
    #expect(machine.quota == CPUQuota(cpus: 2.5, group: "/sys/fs/cgroup/a"))
    #expect(machine.threads(sharedBy: 1) == 2 && machine.threads(sharedBy: 1, quotaSharedBy: 2) == 1)
    #expect(machine.threads(sharedBy: 4, quotaSharedBy: 1) == 2 && machine.threads(sharedBy: 8, quotaSharedBy: 1) == 1)
    #expect(Self.limits("0::/", [Self.second], limits).quota == nil)
  }

  @Test func quotaAndAffinityTogether() {
    let limits = ["/sys/fs/cgroup/cpu.max": "300000 100000"]
    func cores(_ allowed: String) -> Int {
      Layout(online: "0-7", allowed: allowed).with(groups: "0::/", mounts: [Self.second], limits).machine.cores
    }
    #expect(cores("0-7") == 3 && cores("0-1") == 2)
  }

  @Test func versionOne() {
    let mounts = [Self.first("cpu,cpuacct"), Self.first("memory"), Self.first("cpuset")]
    let groups = "12:memory:/job/7\n4:cpu,cpuacct:/job/7\n1:name=systemd:/x\n0::/"
    let limits = [
      "/sys/fs/cgroup/cpu,cpuacct/job/7/cpu.cfs_quota_us": "-1",
      "/sys/fs/cgroup/cpu,cpuacct/job/7/cpu.cfs_period_us": "100000",
      "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "300000",
      "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000",
      "/sys/fs/cgroup/memory/job/7/memory.limit_in_bytes": "9223372036854771712",
      "/sys/fs/cgroup/memory/job/memory.limit_in_bytes": "4294967296",
    ]
    let machine = Self.limits(groups, mounts, limits)
    #expect(machine.cores == 3 && machine.memoryLimit == 4 << 30)
    let free = Self.limits("12:memory:/\n4:cpu,cpuacct:/", mounts, limits)
    #expect(free.cores == 8 && !free.isConfined && free.memoryLimit == 16 << 30)
  }

  @Test(arguments: [("0", "100000"), ("200000", "0"), ("x", "100000"), ("200000", ""), ("", "100000")])
  func damagedQuotasOfVersionOne(quota: String, period: String) {
    let machine = Self.limits(
      "4:cpu:/", [Self.first("cpu")],
      ["/sys/fs/cgroup/cpu/cpu.cfs_quota_us": quota, "/sys/fs/cgroup/cpu/cpu.cfs_period_us": period])
    #expect(machine.cores == 8)
  }

  @Test func hybrid() {
    let mounts = [
      Self.first("memory"), Self.first("cpu,cpuacct", at: "cpu"),
      "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
    ]
    let limits = [
      "/sys/fs/cgroup/unified/s/cpu.max": "500000 100000", "/sys/fs/cgroup/cpu/s/cpu.cfs_quota_us": "200000",
      "/sys/fs/cgroup/cpu/s/cpu.cfs_period_us": "100000", "/sys/fs/cgroup/memory/memory.limit_in_bytes": "3000",
    ]
    let machine = Self.limits("3:memory:/\n2:cpu,cpuacct:/s\n0::/s", mounts, limits)
    #expect(machine.cores == 2 && machine.memoryLimit == 3000)
  }

  /// In a container the mount is its own group, but the kernel names it by the host's path.
  @Test func containers() {
    let id = "/docker/4de6"
    let limits = [
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "5000", "/sys/fs/cgroup/memory/in/memory.limit_in_bytes": "4000",
      "/sys/fs/cgroup/memory/../in/memory.limit_in_bytes": "1000",
    ]
    func memory(_ group: String, root: String) -> Int? {
      Self.limits("4:memory:\(group)", [Self.first("memory", root: root)], limits).memoryLimit
    }
    #expect(memory(id, root: id) == 5000)
    #expect(memory(id + "/in", root: id) == 4000)
    #expect(memory("/elsewhere/in", root: id) == 5000)
    #expect(memory("/../in", root: "/") == 5000)
    #expect(memory(id + "77/in", root: id) == 5000)
  }

  @Test(arguments: ["", "4:memory", "::::", "x\ny", "4:memory:"])
  func damagedMembership(groups: String) {
    #expect(Self.limits(groups, [Self.first("memory"), Self.second, "31 -", "1 2 3 4 5 - cgroup"], [:]).cores == 8)
  }

  @Test(arguments: [
    ("1000", 1000), ("17179869185", 16 << 30), ("max", 16 << 30), ("0", 16 << 30), ("-5", 16 << 30), ("", 16 << 30),
    ("99999999999999999999", 16 << 30), ("12x", 16 << 30),
  ])
  func memoryLimits(text: String, limit: Int) {
    #expect(Self.limits("0::/", [Self.second], ["/sys/fs/cgroup/memory.max": text]).memoryLimit == limit)
  }

  @Test func damagedMemory() {
    for text in ["", "many", "99999999999999999999"] {
      #expect(Layout(online: "0").with(memory: text).machine.memoryLimit == nil)
    }
    let limited = Layout(online: "0").with(groups: "0::/", mounts: [Self.second], ["/sys/fs/cgroup/memory.max": "7"])
    #expect(limited.machine.memoryLimit == 7)
  }
}
