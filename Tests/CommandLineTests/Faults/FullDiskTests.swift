import Foundation
import Testing

extension FaultTests {
  /// In a mount namespace of its own, a run on a file system that fills up, then the same run with more room there.
  private static let script = """
    mkdir small && mount -t tmpfs -o size="$1"k none small || exit 99
    shift
    "$@"; echo "first: $?"
    cp -R small first
    mount -o remount,size=64m small && "$@"; echo "second: $?"
    cp -R small second
    """

  /// A disk that is really full: the run ends with the file's name and advice, and goes on once there is room.
  @Test(.mounting) func fullDisk() async throws {
    let run = try await FaultRun()
    await Part.fullDisk.trials(short: 3, long: 50) { trial in
      // Between the smallest that a start needs and all that a run writes.
      let kilobytes = trial.number(500...3500)
      let ranks = trial.choice([nil, 2, 3])
      let launcher = ranks.map { ["mpirun", "--oversubscribe", "-np", "\($0)"] } ?? []
      let command =
        ["unshare", "-m", "sh", "-c", Self.script, "sh", "\(kilobytes)"] + launcher
        + [Program.path, "run.yaml", "--out", "small", "--set", "output.checkpoints.keep=20"]
      let outcome = try await run.place.start(command: command).outcome()

      #expect(outcome.code == 0 && outcome.output.contains("first: 74"), "\(kilobytes) kB: \(outcome.text)")
      #expect(outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains("/small/run/") && outcome.errors.contains("No space left on device"))
      #expect(outcome.errors.contains("Free some space"), "it says what to do: \(outcome.text)")
      try run.expectNothingTorn("first")
      let left = try run.place.files(in: "first").filter { $0.hasSuffix(".partial") }
      #expect(left.isEmpty, "left over: \(left)")

      #expect(outcome.output.contains("second: 0"), "\(kilobytes) kB: \(outcome.text)")
      #expect(try await run.place.tensorHash(out: "second", step: run.steps) == run.reference)
      #expect(try run.place.loggedSteps(out: "second") == Array(1...run.steps))
      for name in ["small", "first", "second"] { try FileManager.default.removeItem(at: run.place.file(name)) }
    }
  }
}
