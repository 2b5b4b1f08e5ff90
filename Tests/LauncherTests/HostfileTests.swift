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
    #expect(!file.isPlain)
  }

  private func hosts(_ text: String, aliases: Set<String> = []) throws -> String {
    try Hostfile(parsing: text, path: "h", aliases: aliases).text
  }

  /// What people write for other programs, in mpirun's syntax.
  @Test(arguments: [
    ("node1:2", "node1 slots=2"), ("bob@node1:16", "bob@node1 slots=16"), ("10.0.0.3:4", "10.0.0.3 slots=4"),
    ("a CPU=2", "a slots=2"), ("a cpus = 3 max-slots= 4", "a slots=3 max_slots=4"), ("a count=1", "a slots=1"),
    ("a slots_max=2", "a slots=2 max_slots=2"), ("a:2 max_slots=3", "a slots=2 max_slots=3"),
    ("\u{FEFF}a slots=2\r\n\r\nb slots=1\r\n", "a slots=2\nb slots=1"), ("a\t slots=2 #end", "a slots=2"),
    ("node[1-3]", "node1\nnode2\nnode3"), ("n[08-10,2]:2", "n08 slots=2\nn09 slots=2\nn10 slots=2\nn2 slots=2"),
    ("r[1-2]n[3,5]-ib", "r1n3-ib\nr1n5-ib\nr2n3-ib\nr2n5-ib"), ("bob@n[1-2]", "bob@n1\nbob@n2"), ("n[7]", "n7"),
    ("3com:1", "3com slots=1"),
    ("a\nb\na\na", "a slots=3\nb slots=1"), ("a slots=2\na slots=3", "a slots=5"), ("a slots=2\na", "a slots=3"),
    ("a slots=1 max_slots=4\na slots=2", "a slots=3 max_slots=6"),
  ])
  func readsOtherForms(text: String, hosts: String) throws {
    let file = try Hostfile(parsing: text, path: "h")
    #expect(file.text == hosts + "\n" && !file.isPlain)
    let again = try Hostfile(parsing: file.text, path: "h")
    #expect(again.hosts == file.hosts && again.isPlain)
  }

  /// mpirun takes localhost, addresses and the own name for one host, and refuses two numbers of slots for it.
  @Test func aliasesAreOneHost() throws {
    let local: Set = ["localhost", "here", "10.0.0.3"]
    #expect(
      try hosts("localhost slots=2\nother slots=1\nhere slots=3\n10.0.0.3:1", aliases: local)
        == "localhost slots=6\nother slots=1\n")
    #expect(try hosts("here slots=2", aliases: local) == "here slots=2\n")
  }

  /// mpirun gets such a file as it is; others it would misread or refuse.
  @Test func plainFiles() throws {
    for text in ["a slots=2\n", "# c\n\na\n  b   slots=1 # d\n10.0.0.1 slots=2 max_slots=4\n"] {
      #expect(try Hostfile(parsing: text, path: "h").isPlain, "\(text)")
    }
    for text in ["a", "a\n#", "a max_slots=2\n", "a slots=02\n", "a SLOTS=2\n", "a\n\r\n"] {
      #expect(try !Hostfile(parsing: text, path: "h").isPlain, "\(text)")
    }
    for name in ["hostfiles/localhost", "hostfiles/two-nodes"] {
      let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      #expect(try Hostfile(path: package.path + "/" + name).isPlain)
    }
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
    ("node\u{0}", "h:1: found a zero byte"), ("nöde", "h:1: found a character"),
    ("a\u{A0}slots=2", "h:1: found a character"), ("a\u{B}", "h:1: found the control character 11"),
    ("node1:0", "h:1: found \"node1:0\""), ("node1:", "h:1: found \"node1:\""), ("a:x", "h:1: found \"a:x\""),
    ("a:+2", "h:1: found \"a:+2\""), ("a slots=+2", "h:1: found slots=+2"), ("a:2 slots=2", "h:1: found slots twice"),
    ("a slots=2 cpus=2", "h:1: found cpus twice"), ("a,b", "h:1: found \"a,b\""), ("slots=2", "h:1: found \"slots=2\""),
    ("a user=bob", "h:1: found \"user=bob\""), ("4", "h:1: found \"4\""), ("rank 0=a slot=1", "h:1: found \"rank\""),
    ("^a", "h:1: found \"^a\""), ("+n1", "h:1: found \"+n1\""), ("node{1..3}", "h:1: found \"node{1..3}\""),
    ("node[1-3", "h:1: found \"node[1-3\""), ("node[3-1]", "h:1: found \"node[3-1]\""), ("n[]", "h:1: found \"n[]\""),
    ("n[a-b]", "h:1: found \"n[a-b]\""), ("n[1-99999]", "h:1: found \"n[1-99999]\""), ("n[1-2]x]", "h:1: found"),
    ("n[1-999][1-999]", "h:1: found \"n[1-999]"), ("fe80::1 slots=2", "h:1: found \"fe80::1\""),
    ("[::1]:2", "h:1: found \"[::1]\""), ("a.b@node1", "h:1: found \"a.b@node1\""), ("@a", "h:1: found \"@a\""),
    ("a@b@c", "h:1: found \"a@b@c\""), ("a@", "h:1: found \"a@\""),
    ("node_1", "h:1: found \"node_1\""), ("a..b", "h:1: found \"a..b\""), ("a.", "h:1: found \"a.\""),
    ("a.x slots=1\na.y slots=1", "h: found a.x and a.y"), ("a\na.y", "h: found a and a.y"),
    ("300.1.1.1", "h:1: found \"300.1.1.1\""),
    (String(repeating: "a", count: 300), "h:1: found"), ("a slots=2\rb slots=2", "h:1: found \"b\""),
    ("n[1-9]\n" + String(repeating: "m[1-60000]\n", count: 2), "h:3: found more than 65536 hosts"),
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
