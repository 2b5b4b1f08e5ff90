import Foundation
import Reporting
import Testing

/// Where the output goes.
@Suite struct TerminalTests {
  @Test func aPipeIsNoTerminal() {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    #expect(!Terminal.detect(descriptor, environment: ["TERM": "xterm"]).redraws)
  }

  @Test func aTerminalIsOneWhereItHasASizeAndIsNotDumb() throws {
    let (main, other) = try pseudoTerminal()
    defer {
      close(main)
      close(other)
    }
    let environment = ["TERM": "xterm", "LANG": "en_US.UTF-8"]
    #expect(!Terminal.detect(other, environment: environment).redraws, "no size, as under a redirected mpirun")
    resize(other, columns: 77)
    let terminal = Terminal.detect(other, environment: environment)
    #expect(terminal.redraws && terminal.hasColor && terminal.hasUnicode && terminal.columns == 77)
    resize(other, columns: 50)
    #expect(terminal.columns == 50)
    #expect(!Terminal.detect(other, environment: ["TERM": "dumb"]).redraws)
    #expect(!Terminal.detect(other, environment: [:]).redraws)
    let quiet = Terminal.detect(other, environment: ["TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C", "LANG": "UTF-8"])
    #expect(quiet.redraws && !quiet.hasColor && !quiet.hasUnicode)
  }

  /// The first of the three that is set decides, as for the C library (setlocale(3)).
  @Test(
    arguments: [
      (["LANG": "en_US.UTF-8"], true), (["LANG": "C.utf8"], true), (["LANG": "en_US.ISO-8859-1"], false),
      (["LANG": "de_DE@euro"], false), (["LANG": "C"], false), ([:], false),
      (["LC_ALL": "C", "LC_CTYPE": "C.UTF-8", "LANG": "C.UTF-8"], false),
      (["LC_ALL": "", "LC_CTYPE": "en_US.ISO-8859-1", "LANG": "en_US.UTF-8"], false),
      (["LC_CTYPE": "de_DE.UTF-8", "LANG": "C"], true),
    ] as [([String: String], Bool)])
  func theLocaleDecidesAboutBlocks(variables: [String: String], hasUnicode: Bool) throws {
    let (main, other) = try pseudoTerminal()
    defer {
      close(main)
      close(other)
    }
    resize(other, columns: 77)
    let terminal = Terminal.detect(other, environment: variables.merging(["TERM": "xterm"]) { $1 })
    #expect(terminal.redraws && terminal.hasUnicode == hasUnicode)
    #expect(Bar(columns: 2, fraction: 0.5).drawn(on: terminal).contains(hasUnicode ? "█" : "#"))
  }

  private func pseudoTerminal() throws -> (main: Int32, other: Int32) {
    var (main, other): (Int32, Int32) = (-1, -1)
    try #require(openpty(&main, &other, nil, nil, nil) == 0)
    return (main, other)
  }

  private func resize(_ descriptor: Int32, columns: UInt16) {
    var size = winsize(ws_row: 20, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
  }
}
