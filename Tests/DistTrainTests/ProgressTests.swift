import DistTrain
import Files
import Foundation
import Reporting
import Synchronization
import TestSupport
import Testing

@Suite struct ProgressTests {
  private func measured(_ step: Int, epoch: Int = 8) -> StepMeasurements {
    StepMeasurements(
      step, epoch: epoch, lossD: 0.5123, lossG: 2.345, probabilityReal: 0.77, probabilityFake: 0.231,
      probabilityFakeAfter: 0.12, imagesPerSecond: 41.2)
  }

  private func progress(
    _ recorder: ProgressRecorder, columns: Int?, total: Int = 1500, logEvery: Int = 50, from step: Int = 0,
    color: Bool = false
  ) -> TrainingProgress {
    let terminal =
      columns.map { columns in
        Terminal(redraws: true, hasColor: color, hasUnicode: true) { columns }
      } ?? .plain
    return TrainingProgress(
      continuingFrom: step, totalSteps: total, totalEpochs: 60, logEvery: logEvery, on: terminal,
      clock: recorder.clock, display: recorder.display)
  }

  // MARK: Plain lines

  @Test func standardLine() {
    #expect(
      TrainingProgress.logLine(measured(200), totalSteps: 1500, totalEpochs: 60, secondsLeft: 187)
        == "step  200/1500  epoch  8  D  0.512  G  2.345  D(x) 0.77  D(G(z)) 0.23/0.12   41.2 images/s  3 min left")
  }

  @Test func linesStandInColumns() {
    var strange = measured(1500, epoch: 60)
    strange.report.lossDiscriminator = 123.456
    strange.report.lossGenerator = -.infinity
    strange.imagesPerSecond = 12_345
    var broken = measured(7)
    (broken.report.lossDiscriminator, broken.report.lossGenerator, broken.imagesPerSecond) = (.nan, 1e9, .nan)
    let lines = [measured(5, epoch: 0), strange, broken].map {
      TrainingProgress.logLine($0, totalSteps: 1500, totalEpochs: 60, secondsLeft: nil)
    }
    for mark in ["epoch", "D ", "G ", "D(x)", "D(G(z))", "images/s"] {
      let columns = Set(lines.map { $0.distance(from: $0.startIndex, to: $0.range(of: mark)!.lowerBound) })
      #expect(columns.count == 1, "\(mark) in \(lines)")
    }
    #expect(lines[2].contains("nan") && lines[1].contains("-inf"))
  }

  @Test func linesOnlyEveryInterval() {
    let recorder = ProgressRecorder()
    var progress = progress(recorder, columns: nil, total: 130)
    for step in 1...130 {
      recorder.pass(seconds: 0.5)
      progress.update(measured(step))
    }
    progress.say("checkpoint written")
    progress.end()
    let lines = recorder.written.split(separator: "\n").map { String($0.prefix(12)) }
    #expect(lines == ["step  50/130", "step 100/130", "checkpoint w", "step 130/130"])
    #expect(!recorder.written.contains("\r") && !recorder.written.contains("\u{1B}"))
    #expect(recorder.written.contains("15 s left"), "30 steps of half a second")
  }

  // MARK: The bar

  @Test(arguments: [200, 120, 100, 80, 60, 50, 40, 30, 20, 10, 3, 1])
  func barNeverWraps(columns: Int) {
    let recorder = ProgressRecorder()
    var progress = progress(recorder, columns: columns, color: true)
    for step in stride(from: 1, through: 1500, by: 7) {
      recorder.pass(seconds: 0.5)
      progress.update(measured(step))
      #expect(recorder.screen.count == 1 && recorder.screen[0].count < max(columns, 2))
    }
    progress.end()
    #expect(recorder.screen.last == "", "what follows begins on a line of its own")
  }

  @Test func barShowsEverythingWhereThereIsRoom() {
    let recorder = ProgressRecorder()
    var progress = progress(recorder, columns: 160)
    for step in 1...750 {
      recorder.pass(seconds: 0.5)
      progress.update(measured(step))
    }
    let line = recorder.screen[0]
    for piece in [
      "step  750/1500", "epoch  8", "D  0.512", "G  2.345", "D(x) 0.77", "D(G(z)) 0.23/0.12", "41.2 images/s",
      "6 min left",
    ] {
      #expect(line.contains(piece), "\(line)")
    }
    #expect(line.filter { $0 == "█" }.count == line.filter { $0 == "░" }.count, "half of the bar is full")
  }

  /// The same text is drawn again, since the window may have wrapped the old one.
  @Test func aNewWidthIsDrawnAtOnce() {
    let recorder = ProgressRecorder()
    let width = Atomic(30)
    let terminal = Terminal(redraws: true, hasColor: false, hasUnicode: true) { width.load(ordering: .relaxed) }
    var progress = TrainingProgress(
      continuingFrom: 0, totalSteps: 1500, totalEpochs: 60, logEvery: 50, on: terminal, clock: recorder.clock,
      display: recorder.display)
    progress.update(measured(200))
    let drawn = recorder.written
    width.store(20, ordering: .relaxed)
    recorder.pass(seconds: 1)
    progress.update(measured(200))
    #expect(recorder.written.hasPrefix(drawn) && recorder.written.utf8.count > drawn.utf8.count)
    #expect(recorder.screen[0].count < 20)
  }

  @Test func narrowBarKeepsTheStep() {
    let recorder = ProgressRecorder()
    var progress = progress(recorder, columns: 20)
    progress.update(measured(200))
    #expect(recorder.screen[0].hasPrefix("step  200/1500"))
  }

  @Test func messagesStandAboveTheBar() {
    let recorder = ProgressRecorder()
    var progress = progress(recorder, columns: 100)
    progress.update(measured(1))
    progress.say("checkpoint written")
    #expect(recorder.screen[0] == "checkpoint written")
    #expect(recorder.screen[1].hasPrefix("step    1/1500"))
  }

  @Test func barIsNotDrawnTooOften() {
    let recorder = ProgressRecorder()
    var progress = progress(recorder, columns: 100)
    for step in 1...1000 {
      recorder.pass(seconds: 0.001)
      progress.update(measured(step))
    }
    #expect((5...12).contains(recorder.written.components(separatedBy: "\u{1B}[J").count - 1))
    progress.end()
    #expect(recorder.screen[0].hasPrefix("step 1000/1500"), "the last state is shown")
  }

  @Test func colorOnlyWhereWanted() {
    for color in [true, false] {
      let recorder = ProgressRecorder()
      var progress = progress(recorder, columns: 160, color: color)
      progress.update(measured(200))
      #expect(recorder.written.contains("\u{1B}[36m") == color)
    }
  }
}

extension ProgressRecorder {
  /// Both streams, as in a terminal.
  var display: BottomLine { BottomLine { [write] _, text in write(text) } }
}
