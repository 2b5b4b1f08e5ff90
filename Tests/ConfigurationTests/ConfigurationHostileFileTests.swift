import Configuration
import Foundation
import Glibc
import TestSupport
import Testing

/// Files that no editor writes: answered at once, never with a crash.
@Suite(.timeLimit(.minutes(10)))
struct ConfigurationHostileFileTests {
  @Test func aliasBomb() {
    var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<30 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      yaml += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(message(yaml).hasPrefix("run.yaml:1:6: found &a…, an anchor of YAML"))
    #expect(message(yaml + "? *a29\n: 1\n").contains("an anchor of YAML"))
    #expect(message("a: [\"#\", &b x, *b]").contains("an anchor of YAML"))
  }

  @Test(arguments: ["[", "{a: ", "- ", "? ", "[[", "{"])
  func depth(opening: String) {
    #expect(message(String(repeating: opening, count: 10_000)).hasPrefix("run.yaml"))
  }

  @Test(arguments: [10, 900, 1100, 10_000])
  func depthThatIsClosedAgain(depth: Int) {
    let yaml = "seed: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(message(yaml).contains(depth < 1000 ? "seed: found a list" : "Maximum nesting level"))
    let block = (0..<min(depth, 1200)).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
    #expect(message(block).hasPrefix("run.yaml"))
  }

  @Test func byteOrderMarkIsSkipped() {
    #expect(message("\u{FEFF}" + shortestYAML) == "")
    #expect(message("\u{FEFF}seed: x\n" + shortestYAML).hasPrefix("run.yaml:1:7: seed"))
  }

  @Test func lineEndsOfWindows() throws {
    #expect(try configuration(shortestYAML.replacing("\n", with: "\r\n")) == configuration(shortestYAML))
  }

  @Test func bytesThatAreNotUTF8() throws {
    for bytes: [UInt8] in [[0xFF, 0xFE, 0x61, 0], [0x61, 0xC0, 0x80], [0xED, 0xA0, 0x80]] {
      #expect(try fileMessage(bytes).contains("found bytes that are not UTF-8. Save the file as UTF-8."))
    }
  }

  @Test func largeFile() throws {
    let found = try fileMessage([UInt8](repeating: UInt8(ascii: " "), count: 1 << 20 + 1))
    #expect(found.contains("found 1048577 bytes, expected at most 1 MB"))
    #expect(try fileMessage([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)).contains("not YAML"))
  }

  @Test func noEndOfMistakes() {
    let found = message((0..<80_000).map { "k\($0): 1" }.joined(separator: "\n"))
    #expect(found.hasPrefix("run.yaml: more than 50 errors\nrun.yaml:1:1: "))
    #expect(found.split(separator: "\n").count == 51)
    #expect(message("seed: " + String(repeating: "x", count: 100_000)).utf8.count < 1000)
    #expect(message(String(repeating: "x", count: 100_000) + ": 1").utf8.count < 1000)
  }

  @Test func everyByteReplaced() {
    let yaml = Array("data: {source: synthetic}\ntrain:\n  steps: 1 # note\n  noise: \"fresh\"\n".utf8)
    for index in yaml.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = yaml
        changed[index] = byte
        _ = message(String(decoding: changed, as: UTF8.self))
      }
    }
  }

  /// Indicators of YAML strewn over a real file; whatever comes out, it is an answer.
  @Test func randomDamage() throws {
    let good = Array(try String(contentsOfFile: recipePath("facades.yaml"), encoding: .utf8).utf8)
    let indicators = Array("[]{}:,-?!&*#|>@%\"'\\\n\t ~<=.0".utf8)
    var random = SeededRandom("hostile YAML")
    for _ in 0..<2000 {
      var changed = good
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let start = Int.random(in: 0..<changed.count, using: &random)
        let end = min(changed.count, start + Int.random(in: 0...3, using: &random))
        let text = (0..<Int.random(in: 0...4, using: &random)).map { _ in indicators.randomElement(using: &random)! }
        changed.replaceSubrange(start..<end, with: text)
      }
      let found = message(String(decoding: changed, as: UTF8.self))
      #expect(found.isEmpty || found.hasPrefix("run.yaml"))
    }
  }

  @Test func pathsThatAreNoFiles() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "disttrain-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let pipe = folder.appending(path: "pipe").path
    try #require(mkfifo(pipe, 0o600) == 0)
    for (path, expected) in [
      (pipe, "found a named pipe, expected a regular file."), (folder.path, "found a folder"),
      ("/dev/zero", "found a device"), (folder.path + "/absent", "cannot open: No such file or directory"),
      (pipe + "/below", "cannot open: Not a directory"),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try Configuration(file: path) }
      let found = try #require(error).description
      #expect(found.hasPrefix("\(path): \(expected)"), "\(found)")
    }
  }

  private func fileMessage(_ bytes: [UInt8]) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "disttrain-\(UUID().uuidString).yaml")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let error = #expect(throws: ConfigurationError.self) { try Configuration(file: file.path) }
    return try #require(error).description
  }
}
