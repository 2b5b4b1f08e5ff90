import Files
import Foundation
import ImageIO

/// Output of rank 0; other ranks print nothing.
package final class Console: Sendable {
  private let isSpeaking: Bool
  package let terminal: Terminal

  package init(isSpeaking: Bool) {
    self.isSpeaking = isSpeaking
    terminal = Terminal.detect(STDOUT_FILENO, environment: ProcessInfo.processInfo.environment)
  }

  /// A line on standard output.
  package func say(_ line: String) {
    if isSpeaking { StandardStream.output.write(line.escapingControls(except: "\n") + "\n") }
  }

  /// Something to take notice of, on standard error.
  package func note(_ line: String) {
    if isSpeaking { StandardStream.errors.write("note: \(line.escapingControls(except: "\n"))\n") }
  }

  package func countProgress(_ title: String, of count: Int) -> CountProgress {
    CountProgress(title, of: count, on: terminal, clock: Self.seconds, display: .standard)
  }

  package static let seconds: @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }
}
