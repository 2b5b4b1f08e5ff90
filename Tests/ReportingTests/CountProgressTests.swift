import Files
import Foundation
import Reporting
import TestSupport
import Testing

@Suite struct CountProgressTests {
  @Test func decodingCounts() {
    let recorder = ProgressRecorder()
    let terminal = Terminal(redraws: true, hasColor: false, hasUnicode: false) { 60 }
    let decoding = CountProgress("decoding", of: 400, on: terminal, clock: recorder.clock, display: recorder.display)
    for _ in 0..<100 {
      recorder.pass(seconds: 0.2)
      decoding.advance()
    }
    #expect(recorder.screen[0].hasPrefix("decoding 100/400  #######") && recorder.screen[0].hasSuffix("1 min left"))
    #expect(recorder.screen[0].count < 60)
    decoding.advance(by: 300)
    decoding.end()
    decoding.end()
    #expect(recorder.screen[0].hasPrefix("decoding 400/400") && recorder.screen.count == 2)
  }

  @Test func decodingSaysLittleInAFile() {
    let recorder = ProgressRecorder()
    let decoding = CountProgress("decoding", of: 400, on: .plain, clock: recorder.clock, display: recorder.display)
    for _ in 0..<400 {
      recorder.pass(seconds: 0.0625)
      decoding.advance()
    }
    decoding.end()
    #expect(recorder.written == "decoding 160/400\ndecoding 320/400\ndecoding 400/400\n")
  }

  @Test func anyThreadMayReport() {
    let recorder = ProgressRecorder()
    let decoding = CountProgress("decoding", of: 4000, on: .plain, clock: recorder.clock, display: recorder.display)
    DispatchQueue.concurrentPerform(iterations: 4000) { _ in decoding.advance() }
    decoding.end()
    #expect(recorder.written == "decoding 4000/4000\n")
  }
}

extension ProgressRecorder {
  fileprivate var display: BottomLine { BottomLine { [write] _, text in write(text) } }
}
