import Glibc
import Synchronization

/// The last line of a terminal, which is redrawn in place, with whole lines above it. Any thread may write.
///
/// Between two drawings the cursor is at the beginning of the line. A window that becomes narrower wraps the line and
/// moves the cursor with it, so that the next drawing erases all of it. A line that is longer than the window is cut
/// instead of wrapped (ECMA-48, ED; xterm's control sequences, DECAWM).
package final class BottomLine: Sendable {
  /// The line of standard output. `StandardStream` writes above it.
  package static let standard = BottomLine { stream, text in stream.put(text) }

  private static let erase = "\r\u{1B}[J"
  /// Milliseconds to wait for another thread that writes.
  private static let patience = 100

  /// nil if no line is shown.
  private let shown = Mutex<String?>(nil)
  private let put: @Sendable (StandardStream, String) -> Void

  /// - Parameter put: writes text to a stream.
  package init(_ put: @escaping @Sendable (StandardStream, String) -> Void) { self.put = put }

  /// Shows `line` in place of the line before.
  package func draw(_ line: String) {
    shown.withLock { shown in
      shown = line
      put(.output, Self.drawn(line))
    }
  }

  /// Writes whole lines above the line, if one is shown.
  package func write(_ text: String, to stream: StandardStream = .output) {
    withLine { shown in
      guard let line = shown else { return put(stream, text) }
      if stream == .output { return put(.output, Self.erase + text + Self.drawn(line)) }
      put(.output, Self.erase)
      Self.settle()
      put(stream, text)
      Self.settle()
      put(.output, Self.drawn(line))
    } orElse: {
      put(stream, text)
    }
  }

  /// Leaves the line as it is. Later output begins below it.
  package func end() {
    withLine { shown in
      guard let line = shown else { return }
      // Once more: what was typed, such as ^C, is on it.
      put(.output, Self.drawn(line) + "\n")
      shown = nil
      Self.settle()
    } orElse: {
    }
  }

  /// Runs `body`, or `other` if another thread is in it for long: a terminal that takes no text must not hold up a
  /// message to another place.
  private func withLine(_ body: (inout String?) -> Void, orElse other: () -> Void) {
    for _ in 0..<Self.patience {
      if shown.withLockIfAvailable({ body(&$0) }) != nil { return }
      usleep(1000)
    }
    other()
  }

  private static func drawn(_ line: String) -> String { "\r\u{1B}[?7l" + line + "\u{1B}[J\u{1B}[?7h\r" }

  /// Under mpirun, standard error is a pipe. mpirun reads both streams in no fixed order, so the first one gets a start.
  private static func settle() {
    if isatty(STDERR_FILENO) == 0 { usleep(20_000) }
  }
}
