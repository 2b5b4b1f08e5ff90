import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// The progress bar of a run in a terminal, beside what else is shown there.
  @Suite struct ProgressBarTests {
    private static let arguments = "run.yaml --out runs --set train.steps=1000000"
    private static let program = "'\(Program.path)' \(arguments)"
    private static let launch = "'\(Program.launcher)' -np 2 \(arguments)"

    private let place: Workplace
    private let terminal: PseudoTerminal

    init() throws {
      place = try Workplace()
      terminal = try PseudoTerminal(in: place, columns: 100)
    }

    private var lines: [String] { terminalLines(of: terminal.text) }

    private func shows(_ condition: ([String]) -> Bool) async throws -> Bool {
      try await place.waits { condition(lines) }
    }

    /// What is drawn in one piece: without its escape sequences, after the beginning of the line.
    private func drawings(after place: Int) -> [String] {
      let text = terminal.text.utf8.dropFirst(place)
      let pieces = String(decoding: text, as: UTF8.self).unicodeScalars.split { $0 == "\r" || $0 == "\n" }
      return pieces.map { String($0).replacing(/\u{1B}\[[?0-9;]*[A-Za-z]/, with: "") }.filter { $0.hasPrefix("step ") }
    }

    @Test(arguments: [program, launch]) func messagesStandOnLinesOfTheirOwn(command: String) async throws {
      defer { terminal.clear() }
      let settings = [
        "data.validation=0.25", "output.checkpoints.every=5", "output.checkpoints.best=slicedWasserstein",
      ]
      terminal.enter(command + settings.map { " --set \($0)" }.joined())
      #expect(try await shows { $0.contains { $0.hasPrefix("the best so far: ") } }, "\(lines)")
      #expect(try await shows { $0.last?.hasPrefix("step ") == true }, "\(lines)")
      terminal.type("\u{3}")
      #expect(try await shows { $0.contains { $0.hasPrefix("stopped on ") } }, "\(lines)")

      let messages = ["the best so far: ", "disttrain-launch: ", "stopped on ", "note: "]
      for line in lines {
        for message in messages where line.contains(message) { #expect(line.hasPrefix(message), "\(line)") }
        #expect(!line.contains("^C"), "\(line)")
      }
      let best = try #require(lines.first { $0.hasPrefix(messages[0]) })
      #expect(best.contains(/far: slicedWasserstein [0-9.]{2,7} after step/), "five digits are enough: \(best)")
      // Each bar but the last has made way for the next.
      #expect(lines.filter { $0.hasPrefix("step ") }.count == 1, "\(lines)")
    }

    @Test(arguments: [program, launch]) func aNewWidthIsKept(command: String) async throws {
      defer { terminal.clear() }
      terminal.enter(command)
      #expect(try await shows { $0.last?.hasPrefix("step ") == true }, "\(lines)")
      #expect(drawings(after: 0).contains { $0.count > 60 })
      for columns in [60, 90] {
        terminal.resize(columns: columns)
        // A drawing may be under way.
        try await Task.sleep(for: .milliseconds(300))
        let before = terminal.text.utf8.count
        #expect(try await place.waits { drawings(after: before).count > 3 })
        let widths = drawings(after: before).dropFirst().dropLast().map(\.count)
        #expect(widths.allSatisfy { columns - 20 < $0 && $0 < columns }, "\(widths) in \(columns)")
      }
    }

    /// An error below the bar, not behind it.
    @Test(arguments: [program, launch]) func anErrorStandsBelow(command: String) async throws {
      defer { terminal.clear() }
      terminal.enter(
        "ulimit -f 6000; " + command
          + " --set output.checkpoints.every=3 --set model.generator.width=64 --set output.onnx=never")
      #expect(try await shows { $0.contains { $0.contains("error: ") } }, "\(lines)")
      let error = try #require(lines.first { $0.contains("error: ") })
      #expect(error.hasPrefix("error: ") && error.contains("File too large"), "\(error)")
    }
  }
}
