import Reporting
import TestSupport
import Testing

/// One injected fault. What is random in it depends on its part and number alone, so that it can be repeated.
struct Trial {
  let part: Part
  let number: Int
  var random: SeededRandom
  /// What was timed, the seconds it took, and those that are promised.
  private(set) var times: [Time] = []

  typealias Time = (name: String, seconds: Double, promised: Double)

  init(_ part: Part, _ number: Int) {
    self.part = part
    self.number = number
    random = SeededRandom("\(part.rawValue) \(number)")
  }

  /// A name for what this trial writes, of the same length for every number.
  var name: String { "trial" + String(100_000 + number).dropFirst() }

  /// Notes how long something took. Only a soak run, which has the machine to itself, expects what is promised: the
  /// tests run beside others.
  mutating func expect(
    _ name: String, after seconds: Double, promised: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    times.append((name, seconds, promised))
    guard Part.isSoak else { return }
    #expect(seconds <= promised, "\(name): after \(seconds) s", sourceLocation: sourceLocation)
  }

  mutating func choice<Element>(_ elements: [Element]) -> Element { elements.randomElement(using: &random)! }
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
}
