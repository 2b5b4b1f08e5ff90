import Foundation
import Testing

extension CommandLineTests {
  /// Standard output and standard error that cannot be written to.
  @Suite struct OutputTests {
    private static let bad = [">/dev/full", ">&-"]

    private func run(_ program: String, _ arguments: [String], _ redirection: String) async throws -> Outcome {
      let place = try Workplace()
      let words = ["sh", "-c", "\"$@\" \(redirection)", "sh", program] + arguments
      return try await place.start(command: words).outcome()
    }

    /// Success must not stand for a result that nobody can read.
    @Test(
      arguments: [
        ["settings"], ["settings", "train.loss"], ["settings", "--markdown"], ["run.yaml", "--dry-run"],
        ["data", "inspect", "run.yaml"], ["--help"], ["--version"], ["help", "generate"], ["data", "fetch", "--help"],
        ["--generate-completion-script", "bash"],
      ], Self.bad)
    func aLostResultIsAnError(arguments: [String], redirection: String) async throws {
      let outcome = try await run(Program.path, arguments, redirection)
      #expect(outcome.code == 74 && outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains("error: standard output: cannot write: "), "\(outcome.text)")
    }

    @Test(arguments: [["--print", "run.yaml"], ["--help"]], Self.bad)
    func theLauncherSaysSoToo(arguments: [String], redirection: String) async throws {
      let outcome = try await run(Program.launcher, arguments, redirection)
      #expect(outcome.code == 74, "\(outcome.text)")
      #expect(outcome.errors.contains("error: standard output: cannot write: "), "\(outcome.text)")
    }

    /// The exit code is that of the error, not that of the lost message.
    @Test(arguments: ["2>/dev/full", "2>&-"]) func lostMessagesChangeNothing(redirection: String) async throws {
      #expect(try await run(Program.path, ["absent.yaml"], redirection).code == 64)
      #expect(try await run(Program.launcher, [], redirection).code == 64)
      let printed = try await run(Program.launcher, ["--print", "run.yaml"], redirection)
      #expect(printed.code == 0 && printed.output.contains("mpirun -np"), "\(printed.text)")
    }

    /// The result of training is in its folder. No message gets into one of its files.
    @Test(arguments: [">/dev/full 2>&1", ">&- 2>&-"]) func trainingNeedsNoOutput(redirection: String) async throws {
      let place = try Workplace()
      let words = ["sh", "-c", "\"$@\" \(redirection)", "sh", Program.path, "run.yaml", "--out", "runs"]
      let outcome = try await place.start(command: words).outcome()
      #expect(outcome.code == 0, "\(outcome.text)")
      try await place.train(out: "reference")
      #expect(try place.loggedSteps() == [1, 2, 3, 4, 5])
      #expect(try await place.tensorHash() == place.tensorHash(out: "reference"))
    }
  }
}
