import Foundation
import Synchronization
import Testing

extension Part {
  /// Whether the long counts run, which `scripts/test --soak` asks for.
  static var isSoak: Bool { SoakLog.shared != nil }

  /// Runs so many trials and prints how many of them survived. In a soak run those that have survived before are not
  /// run again.
  func trials(short: Int, long: Int, _ body: (inout Trial) async throws -> Void) async {
    await trials(Array(1...(Self.isSoak ? long : short)), body)
  }

  /// Runs the trials of these numbers.
  func trials(_ numbers: [Int], _ body: (inout Trial) async throws -> Void) async {
    let earlier = SoakLog.shared?.survived(self) ?? []
    var survived = 0
    var slowest: [String: (seconds: Double, promised: Double)] = [:]
    for number in numbers {
      guard !earlier.contains(number) else {
        survived += 1
        continue
      }
      let start = ContinuousClock.now
      var trial = Trial(self, number)
      let failures = await issues { () async throws in try await body(&trial) }
      for time in trial.times where time.seconds >= slowest[time.name]?.seconds ?? 0 {
        slowest[time.name] = (time.seconds, time.promised)
      }
      if failures.isEmpty { survived += 1 } else { print("\(rawValue), trial \(number): failed") }
      SoakLog.shared?.append(self, number, failures, seconds: (ContinuousClock.now - start) / .seconds(1))
    }
    print("\(rawValue): trials \(numbers.count), survived \(survived)")
    for (name, time) in slowest.sorted(by: { $0.key < $1.key }) {
      print("\(rawValue): \(name) after \(String(format: "%.2f", time.seconds)) s at most, promised \(time.promised) s")
    }
  }

  /// What failed in `body`; it fails the test, too.
  private func issues(_ body: () async throws -> Void) async -> [String] {
    let heard = HeardIssues()
    do {
      // Nothing is known here: the matcher only listens.
      try await withKnownIssue(isIntermittent: true) {
        try await body()
      } matching: { issue in
        heard.texts.withLock { $0.append("\(issue)") }
        return false
      }
    } catch {
      heard.texts.withLock { if $0.isEmpty { $0.append("\(error)") } }
      Issue.record(error)
    }
    return heard.texts.withLock { $0 }
  }
}

private final class HeardIssues: Sendable {
  let texts = Mutex<[String]>([])
}
