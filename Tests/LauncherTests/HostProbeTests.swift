import Foundation
import Hosts
import MachineFacts
import Testing
import disttrain_launch

/// The hosts that are left out of a restart.
@Suite struct HostProbeTests {
  private static let machine = Machine(hostName: "here", isRoot: false) { _ in nil }

  private static func hostfile(_ text: String) throws -> Hostfile { try Hostfile(parsing: text, path: "h") }

  /// A probe whose agent reaches some hosts, fails to reach others, and hangs on one. It lists the probed hosts in
  /// `folder`/asked.
  private static func probe(in folder: String, timeout: Double) throws -> HostProbe {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let agent = folder + "/agent"
    let script = """
      #!/bin/sh
      [ "$1" = -q ] || exit 9
      echo "$2" >>\(folder)/asked
      case $2 in dead) exit 255 ;; stuck) exec sleep 1000 ;; esac
      [ "$3" = true ]

      """
    #expect(
      FileManager.default.createFile(
        atPath: agent, contents: Data(script.utf8), attributes: [.posixPermissions: 0o755]))
    return HostProbe(environment: ["OMPI_MCA_plm_rsh_agent": agent + " -q"], machine: machine, timeout: timeout)
  }

  @Test func asksEveryOtherHost() throws {
    let folder = NSTemporaryDirectory() + "disttrain-probe-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let hosts = try Self.hostfile("here slots=2\nlocalhost\ngood slots=1\ndead\nstuck\ngood slots=2\n")
    let others = try #require(hosts.without(["stuck"]))
    // A long timeout for hosts that answer, a short one for a host that hangs.
    let silent = try Self.probe(in: folder, timeout: 300).silentHosts(of: others)
    #expect(silent == ["dead"])
    let asked = try String(contentsOfFile: folder + "/asked", encoding: .utf8).split(separator: "\n").sorted()
    #expect(asked == ["dead", "good"])
    let stuck = try Self.probe(in: folder, timeout: 0.5).silentHosts(of: Self.hostfile("here\nstuck\n"))
    #expect(stuck == ["stuck"])
    let rest = try #require(hosts.without(silent.union(stuck)))
    #expect(rest.text == "here slots=2\nlocalhost\ngood slots=3\n")
    #expect(try Self.hostfile(rest.text).hosts == rest.hosts)
  }

  @Test func nobodyLeft() throws {
    let hosts = try Self.hostfile("a slots=2 max_slots=4\nb")
    #expect(hosts.without(["a", "b"]) == nil)
    #expect(hosts.without(["b"])?.text == "a slots=2 max_slots=4\n")
  }

  /// ssh must not wait for a password.
  @Test func sshNeverAsks() {
    for agent in [nil, "ssh", "/usr/bin/ssh -p 2222"] {
      let probe = HostProbe(
        environment: agent.map { ["OMPI_MCA_plm_rsh_agent": $0] } ?? [:], machine: Self.machine)
      #expect(probe.agent.contains("BatchMode=yes"))
    }
  }
}
