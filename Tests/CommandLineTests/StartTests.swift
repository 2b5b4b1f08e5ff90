import Foundation
import Testing

extension CommandLineTests {
  /// Starts that fail before a run has begun, and what they leave.
  @Suite struct StartTests {
    private static let folder = ["data.source=folder", "data.path=drawn"]

    /// Neither the run's folder nor those above it that the start made.
    @Test(arguments: [nil, 3]) func aFailedStartLeavesNoFolder(ranks: Int?) async throws {
      let place = try Workplace()
      try place.write("no image", "drawn/1.png")
      let outcome = try await place.train(Self.folder, out: "deep/runs", ranks: ranks, expecting: 65)
      #expect(outcome.messages.count == 1 && !place.exists("deep"), "\(outcome.text)")

      try place.write("x", "deep/runs/notes.txt")
      for number in 0..<10 { try place.write(DrawnImages.png(number), "few/\(number).png") }
      try await place.train(["data.source=folder", "data.path=few"], out: "deep/runs", ranks: ranks, expecting: 64)
      #expect(try place.names("deep/runs") == ["notes.txt"], "too few for one batch")
    }

    /// A run that has begun keeps everything.
    @Test func aFailedContinuationTakesNothingAway() async throws {
      let place = try Workplace()
      try await place.train(["train.steps=2"])
      let files = try place.files(in: "runs")
      try await place.train(["train.steps=3", "seed=8"], expecting: 64)
      #expect(try place.files(in: "runs") == files)
    }

    @Test(arguments: ["taken", "taken/below"]) func aDryRunTriesTheFolder(out: String) async throws {
      let place = try Workplace()
      try place.write("a file", "taken")
      let outcome = try await place.run(["run.yaml", "--dry-run", "--out", out])
      #expect(outcome.code == 74 && outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains("taken is not a folder, but the run must write there"), "\(outcome.text)")
      #expect(outcome.output.contains("would write to \(out)/run/"), "the plan comes first: \(outcome.text)")
      #expect(try await place.run(["run.yaml", "--out", out]).code == 74, "as the run itself")
    }

    /// Reading is allowed there, writing is not.
    @Test(.mounting) func aDryRunOnAReadOnlyDisk() async throws {
      let place = try Workplace()
      try place.write("x", "disk/keep")
      let script = "mount --bind disk disk && mount -o remount,ro,bind disk && shift && exec \"$@\""
      for flags in [["--dry-run"], []] {
        let program = [Program.path, "run.yaml", "--out", "disk"] + flags
        let outcome = try await place.start(command: ["unshare", "-m", "sh", "-c", script, "sh", "-"] + program)
          .outcome()
        #expect(outcome.code == 74 && outcome.errors.contains("Read-only file system"), "\(outcome.text)")
      }
    }

    static let slips = [
      (["evalute", "X"], "evalute", "disttrain evaluate"),
      (["generat", "X", "--count", "3"], "generat", "disttrain generate"),
      (["checkpont"], "checkpont", "disttrain checkpoint"),
      (["data", "inspct", "X"], "inspct", "disttrain data inspect"),
      (["trian", "run.yaml"], "trian", "disttrain train"),
    ]

    @Test(arguments: slips) func aMisspelledCommandIsNamed(
      arguments: [String], word: String, meant: String
    ) async throws {
      let outcome = try await Workplace().run(arguments)
      #expect(outcome.code == 64 && outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains("found \(word), which is no command and no file"), "\(outcome.text)")
      #expect(outcome.errors.contains("Did you mean \(meant)?"), "\(outcome.text)")
    }

    /// A file of such a name is a configuration, and a file that is missing is one that is missing.
    @Test func configurationsMayHaveSuchNames() async throws {
      let place = try Workplace()
      try place.copy("run.yaml", to: "benhc")
      #expect(try await place.run(["benhc", "--dry-run"]).code == 0)
      let missing = try await place.run(["my-run.yaml"])
      #expect(missing.code == 64 && missing.errors.contains("my-run.yaml"), "\(missing.text)")
    }
  }
}
