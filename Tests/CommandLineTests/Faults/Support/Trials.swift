import Foundation
import Reporting
import Synchronization
import Testing

extension Part {
  /// Whether the long counts run, which `scripts/test --soak` asks for.
  static var isSoak: Bool { SoakLog.shared != nil }

  /// Runs so many trials and prints how many of them survived. In a soak run those that have survived before are not
  /// run again.
  ///
  /// - Parameter atOnce: whether the trials mostly wait, so that a short test runs them beside each other.
  func trials(
    short: Int, long: Int, atOnce: Bool = false, _ body: @escaping @Sendable (inout Trial) async throws -> Void
  ) async {
    let numbers = Array(1...(Self.isSoak ? long : short))
    if Self.isSoak || !atOnce { return await trials(numbers, body) }
    let results = await withTaskGroup { group in
      for number in numbers { group.addTask { await result(of: number, body) } }
      return await group.reduce(into: [Result]()) { $0.append($1) }
    }
    report(results.map(\.trial.times), of: numbers.count, survived: results.count { $0.hasSurvived })
  }

  /// Runs the trials of these numbers.
  func trials(_ numbers: [Int], _ body: (inout Trial) async throws -> Void) async {
    let earlier = SoakLog.shared?.survived(self) ?? []
    var survived = 0
    var times: [[Trial.Time]] = []
    for number in numbers {
      guard !earlier.contains(number) else {
        survived += 1
        continue
      }
      let result = await result(of: number, body)
      times.append(result.trial.times)
      if result.hasSurvived { survived += 1 }
    }
    report(times, of: numbers.count, survived: survived)
  }

  private typealias Result = (trial: Trial, hasSurvived: Bool)

  private func result(of number: Int, _ body: (inout Trial) async throws -> Void) async -> Result {
    let start = ContinuousClock.now
    var trial = Trial(self, number)
    let failures = await issues { () async throws in try await body(&trial) }
    if !failures.isEmpty { print("\(rawValue), trial \(number): failed") }
    SoakLog.shared?.append(self, number, failures, seconds: (ContinuousClock.now - start) / .seconds(1))
    return (trial, failures.isEmpty)
  }

  private func report(_ times: [[Trial.Time]], of count: Int, survived: Int) {
    print("\(rawValue): trials \(count), survived \(survived)")
    var slowest: [String: (seconds: Double, promised: Double)] = [:]
    for time in times.joined() where time.seconds >= slowest[time.name]?.seconds ?? 0 {
      slowest[time.name] = (time.seconds, time.promised)
    }
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
