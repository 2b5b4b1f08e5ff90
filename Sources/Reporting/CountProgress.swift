import Files
import Synchronization

/// How far a piece of work with a known count has come, for example `decoding 123/400`; any thread may report.
package final class CountProgress: Sendable {
  /// Seconds between two lines if the output cannot redraw.
  private static let interval = 10.0

  private struct State {
    var done = 0
    var line: StatusLine
    var timeLeft: TimeLeft
    var saidAt: Double
    var hasEnded = false
  }

  private let title: String
  private let total: Int
  private let state: Mutex<State>

  package init(
    _ title: String, of total: Int, on terminal: Terminal, clock: @escaping @Sendable () -> Double, display: BottomLine
  ) {
    self.title = title
    self.total = total
    let line = StatusLine(on: terminal, clock: clock, display: display)
    state = Mutex(State(line: line, timeLeft: TimeLeft(done: 0, now: line.now), saidAt: line.now))
  }

  /// `count` more are done.
  package func advance(by count: Int = 1) {
    state.withLock { state in
      state.done += count
      let (done, now) = (state.done, state.line.now)
      state.timeLeft.record(done: done, now: now)
      if state.line.terminal.redraws {
        draw(&state, now: false)
      } else if now - state.saidAt >= Self.interval, done < total {
        state.saidAt = now
        state.line.say("\(title) \(done)/\(total)")
      }
    }
  }

  /// Shows the final count; later reports are ignored.
  package func end() {
    state.withLock { state in
      guard !state.hasEnded else { return }
      state.hasEnded = true
      if state.line.terminal.redraws {
        draw(&state, now: true)
      } else {
        state.line.say("\(title) \(state.done)/\(total)")
      }
      state.line.end()
    }
  }

  private func draw(_ state: inout State, now isUrgent: Bool) {
    let (done, timeLeft, terminal) = (state.done, state.timeLeft, state.line.terminal)
    state.line.draw(now: isUrgent) { columns in
      let count = "\(done)"
      let padding = String(repeating: " ", count: max(0, "\(total)".count - count.count))
      let head = "\(title) \(padding)\(count)/\(total)"
      let seconds = done < total ? timeLeft.seconds(for: total - done) : nil
      let tail = seconds.map { "  \(spoken(seconds: $0)) left" } ?? ""
      let room = columns - head.count - tail.count - 2
      if room >= 10 {
        let bar = Bar(columns: min(room, 40), fraction: Double(done) / Double(max(1, total)))
        return "\(head)  \(bar.drawn(on: terminal))\(tail)"
      }
      return String((head.count + tail.count <= columns ? head + tail : head).prefix(columns))
    }
  }
}
