import Files

/// One line at the bottom of the output that is redrawn in place, with whole lines above it.
package struct StatusLine: Sendable {
  /// Seconds between two drawings: faster is not seen and costs writes.
  private static let interval = 0.1

  package let terminal: Terminal
  private let clock: @Sendable () -> Double
  private let display: BottomLine
  private var shown: (text: String, columns: Int)?
  private var drawnAt = -Double.infinity

  /// - Parameter clock: seconds from any beginning, never going back.
  package init(on terminal: Terminal, clock: @escaping @Sendable () -> Double, display: BottomLine) {
    self.terminal = terminal
    self.clock = clock
    self.display = display
  }

  package var now: Double { clock() }

  /// Replaces the line by `text`; does nothing if the output cannot redraw, or too soon after the last time.
  ///
  /// - Parameter text: makes the line for a number of columns, escape sequences not counted.
  package mutating func draw(now isUrgent: Bool = false, _ text: (_ columns: Int) -> String) {
    guard terminal.redraws else { return }
    let time = clock()
    guard isUrgent || time - drawnAt >= Self.interval else { return }
    drawnAt = time
    let columns = max(1, terminal.columns - 1)  // a full last column makes some terminals wrap
    let line = text(columns)
    if let shown, shown == (line, columns) { return }
    shown = (line, columns)
    display.draw(line)
  }

  /// Writes a whole line, above the status line if there is one.
  package func say(_ message: String) { display.write(message + "\n") }

  /// Keeps the status line; later output follows below it.
  package mutating func end() {
    if shown != nil { display.end() }
    shown = nil
  }
}

/// A bar of `columns` characters, `fraction` of it full.
package struct Bar {
  let columns: Int
  let fraction: Double

  package init(columns: Int, fraction: Double) { (self.columns, self.fraction) = (columns, fraction) }

  package func drawn(on terminal: Terminal) -> String {
    let full = max(0, min(columns, Int((fraction * Double(columns)).rounded(.down))))
    let (on, off) = terminal.hasUnicode ? ("█", "░") : ("#", ".")
    let done = String(repeating: on, count: full)
    let left = String(repeating: off, count: columns - full)
    return terminal.hasColor ? "\u{1B}[36m\(done)\u{1B}[2m\(left)\u{1B}[0m" : done + left
  }
}
