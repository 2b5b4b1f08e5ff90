import Foundation

/// A rank of a job that a test started, found by what /proc says of its environment: whatever it is named, and whoever
/// its parent is now.
struct RankProcess {
  let pid: pid_t
  let rank: Int
  /// mpirun's number of the job, which the names of its shared memory have.
  let job: UInt32?

  /// The ranks that live, of all jobs that were started in `place`.
  static func all(in place: Workplace) -> [RankProcess] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.compactMap { pid in
      let variables = environment(pid)
      guard variables["XDG_CACHE_HOME"] == place.path + "/cache",
        let rank = variables["OMPI_COMM_WORLD_RANK"].flatMap({ Int($0) })
      else { return nil }
      return RankProcess(pid: pid, rank: rank, job: variables["OMPI_MCA_ess_base_jobid"].flatMap { UInt32($0) })
    }
  }

  /// Whether the process has a handler for `signal`, or lets it wait.
  func survives(_ signal: Int32) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let masks = status.split(separator: "\n").filter { $0.hasPrefix("SigCgt:") || $0.hasPrefix("SigBlk:") }
      .compactMap { UInt64($0.dropFirst("SigCgt:".count).filter { !$0.isWhitespace }, radix: 16) }
    return masks.contains { $0 >> UInt64(signal - 1) & 1 == 1 }
  }

  /// Empty for a process that has ended, also where its parent has not noticed yet.
  private static func environment(_ pid: pid_t) -> [String: String] {
    let bytes = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ"))) ?? Data()
    let pairs = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.compactMap { line in
      line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
    }
    return Dictionary(pairs) { $1 }
  }
}
