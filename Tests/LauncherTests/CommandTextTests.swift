import Foundation
import Testing
import disttrain_launch

@Suite struct CommandTextTests {
  /// A shell reads the same words back from the text.
  @Test func aShellReadsTheSameWords() throws {
    let words = [
      "printf", "%s\\n", "plain", "", "two words", "it's", "$HOME", "`id`", "a\\b", "*", "tab\there", "#no", "~", "é",
      "'", "--set=a=b,c", "!x",
    ]
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", CommandText.line(words, variables: ["DISTTRAIN_A": "x y"]) + "; :"]
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    shell.waitUntilExit()
    #expect(output == words.dropFirst(2).map { $0 + "\n" }.joined())
  }
}
