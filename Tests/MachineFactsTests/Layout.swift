import MachineFacts

/// The kernel files of an invented machine.
struct Layout {
  var files: [String: String] = [:]

  /// - Parameters:
  ///   - online: kernel list of CPUs.
  ///   - allowed: kernel list of the affinity mask.
  ///   - siblings: by CPU, the CPUs of its core; absent if the topology is hidden.
  init(online: String, allowed: String? = nil, siblings: [Int: String] = [:]) {
    files["/sys/devices/system/cpu/online"] = online + "\n"
    let list = allowed.map { "Cpus_allowed_list:\t\($0)\n" } ?? ""
    files["/proc/self/status"] = "Name:\tx\nCpus_allowed:\tff\n\(list)Mems_allowed:\t1\n"
    for (cpu, list) in siblings {
      files["/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list"] = list + "\n"
    }
  }

  /// Adds /proc/self/cgroup, /proc/self/mountinfo and the files below the mounts.
  func with(groups: String, mounts: [String], _ limits: [String: String]) -> Layout {
    var layout = self
    layout.files["/proc/self/cgroup"] = groups + "\n"
    layout.files["/proc/self/mountinfo"] = (["22 1 8:1 / / rw - ext4 /dev/sda1 rw"] + mounts).joined(separator: "\n")
    for (path, text) in limits { layout.files[path] = text + "\n" }
    return layout
  }

  func with(memory kibibytes: String) -> Layout {
    var layout = self
    layout.files["/proc/meminfo"] = "MemTotal:       \(kibibytes) kB\nMemFree:        1 kB\n"
    return layout
  }

  var machine: Machine { Machine(hostName: "host", isRoot: false) { files[$0] } }
}
