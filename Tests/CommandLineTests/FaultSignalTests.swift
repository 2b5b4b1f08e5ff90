import Foundation
import Testing

extension CommandLineTests {
  /// A fault of the program itself ends with one message and the code for it, not with a page of registers.
  @Suite struct FaultSignalTests {
    @Test(
      arguments: [
        (SIGILL, "SIGILL"), (SIGTRAP, "SIGTRAP"), (SIGABRT, "SIGABRT"), (SIGBUS, "SIGBUS"), (SIGFPE, "SIGFPE"),
        (SIGSEGV, "SIGSEGV"),
      ])
    func oneProcess(signal: Int32, name: String) async throws {
      let outcome = try await faulty(signal, ranks: nil)
      #expect(outcome.code == 70 && outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.hasPrefix("error: the program has made a fault (\(name))."), "\(outcome.text)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.text)")
    }

    @Test func oneOfTwoRanks() async throws {
      let outcome = try await faulty(SIGSEGV, ranks: 2)
      #expect(outcome.code == 70 && outcome.messages.count == 1, "\(outcome.text)")
    }

    private func faulty(_ signal: Int32, ranks: Int?) async throws -> Outcome {
      let place = try Workplace()
      let run = try place.start(["run.yaml", "--out", "runs", "--set", "train.steps=1000000"], ranks: ranks)
      #expect(try await run.waits { !((try? place.text("runs/run/metrics.jsonl")) ?? "").isEmpty })
      let process = try #require(place.processes.last { $0.words.first == Program.path })
      kill(process.pid, signal)
      return await run.outcome()
    }
  }
}
