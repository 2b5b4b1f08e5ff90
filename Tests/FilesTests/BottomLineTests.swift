import Dispatch
import Files
import Foundation
import Synchronization
import TestSupport
import Testing

/// A progress bar and messages on one terminal.
@Suite struct BottomLineTests {
  private let recorder = ProgressRecorder()
  private var line: BottomLine { BottomLine { [recorder] _, text in recorder.write(text) } }

  @Test func withoutALineNothingIsAdded() {
    let line = line
    line.write("a\n")
    line.write("b\n", to: .errors)
    line.end()
    #expect(recorder.written == "a\nb\n")
  }

  @Test(arguments: [StandardStream.output, .errors])
  func aMessageIsALineOfItsOwn(stream: StandardStream) {
    let line = line
    line.draw("step 1, 27 s left")
    line.write("the best so far\n", to: stream)
    #expect(recorder.screen == ["the best so far", "step 1, 27 s left"])
    line.draw("step 2")
    #expect(recorder.screen == ["the best so far", "step 2"])
    line.end()
    line.write("error\n", to: stream)
    #expect(recorder.screen == ["the best so far", "step 2", "error", ""])
  }

  /// Ctrl-C is shown where the cursor is.
  @Test func whatIsTypedGoesAway() {
    let line = line
    line.draw("step 1, 27 s left")
    recorder.write("^C")
    line.end()
    #expect(recorder.screen == ["step 1, 27 s left", ""])
  }

  /// The bar is erased and drawn on its own stream, whatever stream the message goes to.
  @Test func eachStreamGetsItsOwn() {
    let texts = Mutex<[String]>([])
    let line = BottomLine { stream, text in
      texts.withLock { $0.append(stream == .output ? "output" : text) }
    }
    line.draw("bar")
    line.write("message\n", to: .errors)
    #expect(texts.withLock { $0 } == ["output", "output", "message\n", "output"])
  }

  @Test func messagesOfManyThreadsStayWhole() {
    let line = line
    line.draw("bar")
    DispatchQueue.concurrentPerform(iterations: 200) { number in
      if number % 2 == 0 { line.draw("bar \(number)") } else { line.write("message \(number)\n") }
    }
    let messages = recorder.screen.dropLast()
    #expect(Set(messages) == Set(stride(from: 1, to: 200, by: 2).map { "message \($0)" }) && messages.count == 100)
    #expect(recorder.screen.last?.hasPrefix("bar") == true)
  }

  /// A terminal that takes no text (Ctrl-S) must not hold up a message to a file.
  @Test func aTerminalThatTakesNothingHoldsUpNoMessage() {
    let (isHeld, goesOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let line = BottomLine { [recorder] stream, text in
      if stream == .output {
        isHeld.signal()
        goesOn.wait()
      } else {
        recorder.write(text)
      }
    }
    let drawing = Thread { line.draw("bar") }
    drawing.start()
    isHeld.wait()
    line.write("rank 1 does not answer\n", to: .errors)
    #expect(recorder.written == "rank 1 does not answer\n")
    goesOn.signal()
  }

  /// Terminals wrap the lines that a narrower window has no room for.
  @Test(arguments: [80, 59, 40, 25, 11])
  func nothingIsLeftOfALineThatWasWrapped(columns: Int) {
    var terminal = WrappingTerminal(columns: 80)
    terminal.show("$ \n")
    let line = line
    var shown = 0
    func draw(_ text: String) {
      line.draw(text)
      terminal.show(String(recorder.written.dropFirst(shown)))
      shown = recorder.written.count
    }
    draw(String(repeating: "a", count: 79))
    terminal.resize(columns: columns)
    let next = String(repeating: "b", count: columns - 1)
    draw(next)
    #expect(terminal.rows.joined().filter { $0 == "a" }.isEmpty && terminal.rows.last == next, "\(terminal.rows)")
    // A line that was made for the width before is cut.
    draw(String(repeating: "c", count: 79))
    draw(next)
    #expect(terminal.rows.joined().filter { $0 == "c" }.isEmpty && terminal.rows.last == next, "\(terminal.rows)")
  }
}

/// A terminal that wraps the lines anew when its width changes, as most do; the cursor stays on its character.
private struct WrappingTerminal {
  private var columns: Int
  /// Lines as they were written, and the place of the cursor in the last or an earlier one.
  private var lines: [[Character]] = [[]]
  private var line = 0
  private var column = 0
  private var wraps = true

  init(columns: Int) { self.columns = columns }

  mutating func resize(columns: Int) { self.columns = columns }

  /// What is shown.
  var rows: [String] {
    lines.flatMap { line in
      line.isEmpty
        ? [""]
        : stride(from: 0, to: line.count, by: columns).map { String(line[$0..<min(line.count, $0 + columns)]) }
    }
  }

  mutating func show(_ text: String) {
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      // To the beginning of the row, not of the line.
      case "\r": column -= column % columns
      case "\n":
        line += 1
        column = 0
        if line == lines.count { lines.append([]) }
      case "\u{1B}":
        let sequence = String(String.UnicodeScalarView(rest.prefix { !$0.properties.isAlphabetic }))
        rest.removeFirst(sequence.unicodeScalars.count)
        switch (sequence, rest.popFirst()) {
        case ("[?7", "l"): wraps = false
        case ("[?7", "h"): wraps = true
        case ("[", "J"):
          lines[line].removeSubrange(min(column, lines[line].count)...)
          lines.removeSubrange((line + 1)...)
        default: Issue.record("found \(sequence.debugDescription), expected what all terminals know")
        }
      default:
        if !wraps, column % columns == columns - 1, column < lines[line].count { lines[line].remove(at: column) }
        if column < lines[line].count { lines[line].remove(at: column) }
        lines[line].insert(Character(scalar), at: column)
        if wraps || column % columns < columns - 1 { column += 1 }
      }
    }
  }
}
