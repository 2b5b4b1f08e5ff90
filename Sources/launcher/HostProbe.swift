import Foundation
import Hosts
import MachineFacts
import Processes

/// Finds out which hosts still answer, by the program that mpirun uses to reach them: ssh, or the agent set for Open
/// MPI.
package struct HostProbe {
  /// The command before the host's name.
  package let agent: [String]
  /// Names of this machine, which is not probed.
  package let localNames: Set<String>
  /// Seconds.
  package let timeout: Double

  package init(environment: [String: String], machine: Machine, timeout: Double = 10) {
    let words = (environment["OMPI_MCA_plm_rsh_agent"] ?? "ssh").split(separator: " ").map(String.init)
    // ssh must neither ask for a password nor wait for minutes.
    let isSSH = words.first.map { $0 == "ssh" || $0.hasSuffix("/ssh") } ?? false
    agent = words + (isSSH ? ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5"] : [])
    localNames = ["localhost", "127.0.0.1", "::1", machine.hostName]
    self.timeout = timeout
  }

  /// The hosts of `hostfile` that do not answer. All are probed at the same time.
  package func silentHosts(of hostfile: Hostfile) -> Set<String> {
    let names = Set(hostfile.hosts.map(\.name)).subtracting(localNames)
    var asked: [(name: String, process: ChildProcess)] = []
    for name in names {
      // If the agent does not start, the host counts as answering; if it does not, the next start of the run fails.
      if let process = try? ChildProcess("/usr/bin/env", agent + [name, "true"], output: .null, errors: .null) {
        asked.append((name, process))
      }
    }
    let end = ContinuousClock.now + .seconds(timeout)
    var silent: Set<String> = []
    while !asked.isEmpty, ContinuousClock.now < end {
      asked.removeAll { name, process in
        guard let status = process.status() else { return false }
        if status != 0 { silent.insert(name) }
        return true
      }
      usleep(50_000)
    }
    for (name, process) in asked {
      process.send(SIGKILL)
      _ = process.wait()
      silent.insert(name)
    }
    return silent
  }
}

/// A temporary hostfile of the remaining hosts, removed when the launcher ends.
final class RemainingHosts {
  private var path: String?

  func write(_ hostfile: Hostfile) throws(LaunchError) -> String {
    var template = Array((NSTemporaryDirectory() + "/disttrain-hosts-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw LaunchError("cannot write a hostfile in \(NSTemporaryDirectory()): \(String(cString: strerror(errno)))")
    }
    close(descriptor)
    let path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    if let old = self.path { unlink(old) }
    self.path = path
    guard FileManager.default.createFile(atPath: path, contents: Data(hostfile.text.utf8)) else {
      throw LaunchError("\(path): cannot write the hosts that are left")
    }
    return path
  }

  deinit { if let path { unlink(path) } }
}

extension Hostfile {
  /// This hostfile without some hosts; nil if none is left.
  package func without(_ names: Set<String>) -> Hostfile? {
    var rest = self
    rest.hosts.removeAll { names.contains($0.name) }
    return rest.hosts.isEmpty ? nil : rest
  }

  /// The text of the file, one line for each host.
  package var text: String {
    hosts.map { host in
      ([host.name] + (host.slots.map { ["slots=\($0)"] } ?? []) + (host.maximumSlots.map { ["max_slots=\($0)"] } ?? []))
        .joined(separator: " ") + "\n"
    }.joined()
  }
}
