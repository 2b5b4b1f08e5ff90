import Foundation
import Testing

/// Both programs write to standard output and standard error by `StandardStream` alone.
@Suite struct MessageSourceTests {
  private static let root = URL(filePath: #filePath).appending(path: "../../../Sources").standardized.path + "/"

  private static let others = [
    "FileHandle.standardError", "FileHandle.standardOutput", "Swift.print(", "debugPrint(", "fputs(", "putc(",
    "printf(", "fwrite(",
  ]

  /// Whether the line calls `print` as a function, not as a method.
  private static func prints(_ line: Substring) -> Bool {
    let code = line.drop { $0 == " " }
    return code.hasPrefix("print(") || line.contains("{ print(")
  }

  @Test func noSourceWritesInAnotherWay() throws {
    let files = try #require(FileManager.default.subpaths(atPath: Self.root)).filter { $0.hasSuffix(".swift") }
    #expect(files.count > 100)
    for file in files.sorted() {
      let text = try String(contentsOfFile: Self.root + file, encoding: .utf8)
      for line in text.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        let isOther = Self.others.contains { line.contains($0) } || Self.prints(line)
        #expect(!isOther, "\(file): \(line)")
      }
    }
  }
}
