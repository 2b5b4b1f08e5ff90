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

  /// Whether the process has a handler for `signal`, or all of its threads let it wait.
  func survives(_ signal: Int32) -> Bool {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    return !tasks.isEmpty
      && tasks.allSatisfy { task in
        ["SigCgt:", "SigBlk:"].contains { Self.hasBit(signal, of: $0, in: "/proc/\(pid)/task/\(task)/status") }
      }
  }

  /// Whether its main thread lets `signal` wait.
  func holds(_ signal: Int32) -> Bool { Self.hasBit(signal, of: "SigBlk:", in: "/proc/\(pid)/status") }

  private static func hasBit(_ signal: Int32, of mask: String, in file: String) -> Bool {
    let lines = ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n")
    let digits = lines.first { $0.hasPrefix(mask) }?.dropFirst(mask.count).filter { !$0.isWhitespace }
    return digits.flatMap { UInt64($0, radix: 16) }.map { $0 >> UInt64(signal - 1) & 1 == 1 } ?? false
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
