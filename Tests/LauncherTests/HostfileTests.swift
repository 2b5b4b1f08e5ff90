import Foundation
import Hosts
import Testing

@Suite struct HostfileTests {
  @Test func readsHostsSlotsAndComments() throws {
    let file = try Hostfile(
      parsing: "# cluster\n\nnode1 slots=4 max_slots=8 # fast\n\tuser@node-2.local slots = 2\r\n10.0.0.3\n", path: "h")
    #expect(
      file.hosts == [
        .init(name: "node1", slots: 4, maximumSlots: 8), .init(name: "user@node-2.local", slots: 2),
        .init(name: "10.0.0.3"),
      ])
    #expect(file.slots == nil)
    #expect(try Hostfile(parsing: "a slots=2\na slots=3", path: "h").slots == 5)
  }

  @Test(arguments: [
    ("", "h: found no host"), ("# only words\n", "h: found no host"),
    ("node1 slots=0", "h:1: found slots=0"), ("\nnode1 slots=x", "h:2: found slots=x"),
    ("node1 slots=", "h:1: found slots="), ("node1 slots=99999999999999999999", "h:1: found slots=9999"),
    ("node1 slots=-1", "h:1: found slots=-1"), ("node1 slotz=2", "h:1: found \"slotz=2\""),
    ("node1 4", "h:1: found \"4\""), ("node1 slots=2 slots=2", "h:1: found slots twice"),
    ("node1 slots=4 max_slots=2", "h:1: found slots=4 max_slots=2"),
    ("-oProxyCommand=evil slots=1", "h:1: found \"-oProxyCommand=evil\""),
    ("user@-oProxyCommand", "h:1: found \"user@-oProxyCommand\""),
    ("$(reboot)", "h:1: found \"$(reboot)\""), ("a;b", "h:1: found \"a;b\""),
    ("node\u{0}", "h:1: found a character"), ("nöde", "h:1: found a character"),
  ])
  func refuses(text: String, beginning: String) {
    let error = #expect(throws: LaunchError.self) { try Hostfile(parsing: text, path: "h") }
    #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "no error")")
    #expect(error?.description.contains("expected") == true)
  }

  /// Refused at once: reading from a pipe without a writer would never end.
  @Test(.timeLimit(.minutes(10))) func whatIsNoSmallFileIsRefused() throws {
    let folder = NSTemporaryDirectory() + "disttrain-hosts-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func message(_ path: String) -> String? {
      #expect(throws: LaunchError.self) { try Hostfile(path: path) }?.description
    }
    #expect(mkfifo(folder + "/pipe", 0o600) == 0)
    try Data(count: TextFile.largest + 1).write(to: URL(filePath: folder + "/large"))
    for name in ["/pipe", "/large", ""] {
      #expect(message(folder + name)?.hasPrefix("\(folder + name): no readable file of at most 1048576 bytes") == true)
    }
    #expect(message("/dev/zero")?.contains("no readable file") == true)
    #expect(message(folder + "/absent")?.hasPrefix("\(folder)/absent: No such file or directory, expected") == true)
    try Data("node1 slots=2\n".utf8).write(to: URL(filePath: folder + "/hosts"))
    #expect(try Hostfile(path: folder + "/hosts").slots == 2)
  }
}
