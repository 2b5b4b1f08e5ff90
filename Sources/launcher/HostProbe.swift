import Foundation
import Hosts
import MachineFacts
import Processes

/// Finds out which hosts still answer, the way mpirun reaches them: ssh, or the agent that Open MPI is told to use.
package struct HostProbe {
  /// Words before the host's name.
  package let agent: [String]
  /// Names of this machine, which needs no asking.
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

  /// The hosts of `hostfile` that do not answer; all are asked at once.
  package func silentHosts(of hostfile: Hostfile) -> Set<String> {
    let names = Set(hostfile.hosts.map(\.name)).subtracting(localNames)
    var asked: [(name: String, process: ChildProcess)] = []
    for name in names {
      // Where nobody can be asked, the next start tells.
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

/// A hostfile of the hosts that are left, which goes away with the launcher.
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
  /// Without some hosts; nil where none would be left.
  package func without(_ names: Set<String>) -> Hostfile? {
    var rest = self
    rest.hosts.removeAll { names.contains($0.name) }
    return rest.hosts.isEmpty ? nil : rest
  }

  /// As a file, a line a host.
  package var text: String {
    hosts.map { host in
      ([host.name] + (host.slots.map { ["slots=\($0)"] } ?? []) + (host.maximumSlots.map { ["max_slots=\($0)"] } ?? []))
        .joined(separator: " ") + "\n"
    }.joined()
  }
}
