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
    localNames = LocalNames.all(of: machine)
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
