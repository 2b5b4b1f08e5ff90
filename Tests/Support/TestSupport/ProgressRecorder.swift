import Synchronization

/// A clock that a test sets, and what was written meanwhile.
package final class ProgressRecorder: Sendable {
  private let time = Mutex(100.0)
  private let text = Mutex("")

  package init() {}

  package var clock: @Sendable () -> Double { { self.time.withLock { $0 } } }
  package var write: @Sendable (String) -> Void { { text in self.text.withLock { $0 += text } } }
  package var written: String { text.withLock { $0 } }

  package func pass(seconds: Double) { time.withLock { $0 += seconds } }

  /// What a terminal shows of it.
  package var screen: [String] { terminalLines(of: written) }
}

/// What a terminal shows of `text`: its lines, of which only the last is redrawn by carriage returns; nothing wraps.
package func terminalLines(of text: String) -> [String] {
  var lines: [[Character]] = [[]]
  var column = 0
  var rest = text.unicodeScalars[...]
  while let scalar = rest.popFirst() {
    switch scalar {
    case "\r": column = 0
    case "\n":
      lines.append([])
      column = 0
    case "\u{1B}":
      let sequence = rest.prefix { !("A"..."Z").contains($0) && !("a"..."z").contains($0) }
      rest.removeFirst(sequence.count)
      // Nothing is below the last line.
      if let kind = rest.popFirst(), "JK".unicodeScalars.contains(kind), column < lines[lines.count - 1].count {
        lines[lines.count - 1].removeSubrange(column...)
      }
    default:
      if column < lines[lines.count - 1].count { lines[lines.count - 1].remove(at: column) }
      lines[lines.count - 1].insert(Character(scalar), at: column)
      column += 1
    }
  }
  return lines.map { String($0) }
}
